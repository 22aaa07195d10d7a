const NAME = 'apig-task-notifier.key';

/** The API key, or null. That of this tab goes before the one kept on the device. */
export const readKey = (): string | null => sessionStorage.getItem(NAME) ?? localStorage.getItem(NAME);

export function saveKey(key: string, isKept: boolean): void {
  forgetKey();
  (isKept ? localStorage : sessionStorage).setItem(NAME, key);
}

export function forgetKey(): void {
  sessionStorage.removeItem(NAME);
  localStorage.removeItem(NAME);
}

/** Another tab kept or forgot a key. */
export function onKeyElsewhere(react: () => void): () => void {
  const listen = ({ key }: StorageEvent) => {
    if (key === NAME) react();
  };
  addEventListener('storage', listen);
  return () => removeEventListener('storage', listen);
}
