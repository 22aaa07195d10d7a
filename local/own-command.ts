type Name = 'start' | 'demo' | 'simulator' | 'doctor' | 'backup' | 'key';

/** The bundles of the package are JavaScript. */
const isPackaged = !import.meta.url.endsWith('.ts');

/** What the reader types to run a command of this program: an npm script in the repository, or the installed package's bin. */
export function ownCommand(name: Name, args = ''): string {
  if (isPackaged) return ['apig-task-notifier', name, args].filter(Boolean).join(' ');
  return name === 'start' ? 'npm start' : `npm run ${name}${args && ` -- ${args}`}`;
}
