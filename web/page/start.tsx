import { useEffect, useState } from 'preact/hooks';
import type { May } from './api.ts';
import { ExportForm } from './export-form.tsx';
import { ImportForm } from './import-form.tsx';
import { go } from './places.ts';
import { RegisterForm } from './register-form.tsx';
import { addressOf, parseView, type View } from './route.ts';

/** A file that was dropped anywhere on the page, which shows the form for it; whoever leaves the form drops it again, mended. */
export function useDroppedFile(isWanted: boolean, view: View['name']): File | undefined {
  const [file, setFile] = useState<File>();
  useEffect(() => {
    if (view !== 'start') setFile(undefined);
  }, [view]);
  useEffect(() => {
    if (!isWanted) return;
    const over = (event: DragEvent) => {
      if (!event.dataTransfer?.types.includes('Files')) return;
      event.preventDefault();
      document.body.classList.add('dropping');
    };
    const leave = ({ relatedTarget }: DragEvent) => {
      if (relatedTarget === null) document.body.classList.remove('dropping');
    };
    const drop = (event: DragEvent) => {
      document.body.classList.remove('dropping');
      const [dropped] = event.dataTransfer?.files ?? [];
      if (dropped === undefined) return;
      event.preventDefault();
      setFile(dropped);
      // The form that is open may be filled in, for a group that its address names.
      if (parseView(location.hash).name !== 'start') go(addressOf({ name: 'start' }));
    };
    addEventListener('dragover', over);
    addEventListener('dragleave', leave);
    addEventListener('drop', drop);
    return () => {
      removeEventListener('dragover', over);
      removeEventListener('dragleave', leave);
      removeEventListener('drop', drop);
    };
  }, [isWanted]);
  return file;
}

/** What the key may begin. */
export function StartView({ may, file, group }: { may: May; file: File | undefined; group: string | undefined }) {
  return (
    <>
      {may('start') && <ImportForm dropped={file} group={group} />}
      {may('start') && <ExportForm />}
      {may('register') && <RegisterForm />}
      {!may('start') && !may('register') && <p class="empty">This key may start and register nothing.</p>}
    </>
  );
}
