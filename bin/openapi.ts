import { writeFileSync } from 'node:fs';
import { buildOpenApiDocument } from '../functions/http/openapi/document.ts';

/** `npm run openapi`: writes the API's description from its schemas. A test fails while it is not fresh. */
const target = new URL('../functions/http/openapi/openapi.json', import.meta.url);
writeFileSync(target, `${JSON.stringify(buildOpenApiDocument(), null, 2)}\n`);
