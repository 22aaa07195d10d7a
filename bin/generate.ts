import { writeFileSync } from 'node:fs';
import { ROOT, renderGeneratedFiles } from '../generate/files.ts';
import { renewPictures } from '../generate/pictures.ts';

/** `npm run generate`: renews everything that is generated. A test fails while one of them is out of date. */
for (const [path, text] of Object.entries(renderGeneratedFiles())) writeFileSync(new URL(path, ROOT), text);
console.log(await renewPictures());
