import { renameSync, rmSync, writeFileSync } from 'node:fs';
import { EXIT, Stop } from './exit.ts';
import { expectValue, type Session, taskPath } from './session.ts';

/** Fetches an exported document and writes it, whole or not at all; `-` is standard output. Throws `Stop`. */
export async function saveDefinition(session: Session, taskId: string, file: string): Promise<void> {
  const { service, io } = session;
  const called = await service.call(
    { method: 'GET', path: taskPath(taskId, '/definition'), isDownload: true },
    { read: ({ body }) => body },
  );
  const bytes = expectValue(called, service);
  if (file === '-') io.stdout.write(bytes);
  else {
    writeWhole(file, bytes);
    session.note(`wrote ${file} (${bytes.length} bytes)`);
  }
}

function writeWhole(file: string, bytes: Uint8Array): void {
  const temporary = `${file}.tmp`;
  try {
    writeFileSync(temporary, bytes);
    renameSync(temporary, file);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw new Stop(EXIT.refused, `${file} cannot be written: ${(error as NodeJS.ErrnoException).code}.`);
  }
}
