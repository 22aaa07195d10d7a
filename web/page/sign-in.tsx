import { useEffect, useRef } from 'preact/hooks';
import { saveKey } from './key.ts';

/** Asks for the key. The address stays, so that a link's task is shown after it. */
export function SignIn({ reason, onSignedIn }: { reason: string | undefined; onSignedIn(): void }) {
  const input = useRef<HTMLInputElement>(null);
  useEffect(() => input.current?.focus(), []);
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    const data = new FormData(event.currentTarget as HTMLFormElement);
    saveKey(String(data.get('key')).trim(), data.has('keep'));
    onSignedIn();
  };
  return (
    <>
      <header>
        <h1>APIG tasks</h1>
      </header>
      <main>
        <section class="card" id="sign-in" aria-labelledby="sign-in-title">
          <h2 id="sign-in-title">Sign in</h2>
          <form onSubmit={submit}>
            <label>
              API key
              <input
                ref={input}
                name="key"
                type="password"
                required
                autocomplete="off"
                spellcheck={false}
                aria-describedby="key-help"
              />
            </label>
            <label class="check">
              <input name="keep" type="checkbox" /> Keep the key on this device
            </label>
            <button type="submit" class="main">
              Show the tasks
            </button>
            <p class="note" role="alert">
              {reason}
            </p>
            <p class="soft" id="key-help">
              The key is <code>generated_key</code> in the ApiKeysSecret; on one machine the file <code>api-key</code>{' '}
              in DATA_DIR. It goes only to this service, and is forgotten with this tab unless you keep it.
            </p>
          </form>
        </section>
      </main>
    </>
  );
}
