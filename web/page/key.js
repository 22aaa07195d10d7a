const NAME = 'apig-task-notifier.key';

/** The API key, or null. That of this tab goes before the one kept on the device. */
export const readKey = () => sessionStorage.getItem(NAME) ?? localStorage.getItem(NAME);

export function saveKey(key, isKept) {
  forgetKey();
  (isKept ? localStorage : sessionStorage).setItem(NAME, key);
}

export function forgetKey() {
  sessionStorage.removeItem(NAME);
  localStorage.removeItem(NAME);
}

/** Another tab kept or forgot a key. */
export function onKeyElsewhere(react) {
  addEventListener('storage', ({ key }) => {
    if (key === NAME) react();
  });
}
