import { useEffect, useMemo, useState } from 'preact/hooks';
import { type Caller, onRefused } from './api.ts';
import { HistoryView } from './history.tsx';
import { forgetKey, onKeyElsewhere, readKey } from './key.ts';
import { ListView } from './list.tsx';
import { forgetAnswers, useLive } from './live.ts';
import { Overview } from './overview.tsx';
import { usePlace } from './places.ts';
import { addressOf, DEFAULT_HISTORY, NO_FILTER, parseView, type View } from './route.ts';
import { SignIn } from './sign-in.tsx';
import { StartView, useDroppedFile } from './start.tsx';
import { TaskView } from './task.tsx';

/** The page: the question for a key, or the view that the address names. */
export function App() {
  const [key, setKey] = useState(readKey);
  useMemo(forgetAnswers, [key]);
  const [reason, setReason] = useState<string>();
  const view = useView();
  useEffect(() => {
    onRefused(() => {
      forgetKey();
      setReason('Unknown API key.');
      setKey(null);
    });
    return onKeyElsewhere(() => setKey(readKey()));
  }, []);
  if (key === null) {
    const signedIn = () => {
      setReason(undefined);
      setKey(readKey());
    };
    return <SignIn reason={reason} onSignedIn={signedIn} />;
  }
  const forget = () => {
    forgetKey();
    setKey(readKey());
  };
  return <SignedIn key={key} view={view} onForget={forget} />;
}

/** The view of the address, which back and forward change. */
function useView(): View {
  const [hash, setHash] = useState(location.hash);
  useEffect(() => {
    const follow = () => setHash(location.hash);
    addEventListener('hashchange', follow);
    return () => removeEventListener('hashchange', follow);
  }, []);
  return parseView(hash);
}

/** What the key may do; nothing until the service has said so, because what is offered has to work. */
function useCaller(): Caller {
  const [{ data }] = useLive<Caller>('whoami', isSeldomOther);
  return data ?? NOBODY;
}

const NOBODY: Caller = { scopes: [] };
const isSeldomOther = () => false;

function SignedIn({ view, onForget }: { view: View; onForget(): void }) {
  const caller = useCaller();
  const may = (scope: Caller['scopes'][number]) => caller.scopes.includes(scope);
  const canBegin = may('start') || may('register');
  const file = useDroppedFile(may('start'), view.name);
  const address = addressOf(view);
  usePlace(address);
  return (
    <>
      <header>
        <h1>
          <a href={addressOf({ name: 'overview' })}>APIG tasks</a>
        </h1>
        <nav aria-label="Views">
          <Tab view={{ name: 'overview' }} here={view} text="Overview" />
          <Tab view={{ name: 'list', filter: NO_FILTER }} here={view} text="Tasks" />
          <Tab view={{ name: 'history', since: DEFAULT_HISTORY }} here={view} text="History" />
          {canBegin && <Tab view={{ name: 'start' }} here={view} text={may('start') ? 'Start' : 'Register'} />}
        </nav>
        <span class="soft">{caller.name}</span>
        <button type="button" onClick={onForget}>
          Forget the key
        </button>
      </header>
      <main>
        {view.name === 'overview' && <Overview canRegister={may('register')} canStart={may('start')} />}
        {view.name === 'list' && <ListView filter={view.filter} />}
        {view.name === 'task' && <TaskView key={view.id} id={view.id} may={may} />}
        {view.name === 'history' && <HistoryView key={address} since={view.since} label={view.label} />}
        {view.name === 'start' && <StartView key={address} may={may} file={file} group={view.group} />}
      </main>
    </>
  );
}

function Tab({ view, here, text }: { view: View; here: View; text: string }) {
  return (
    <a href={addressOf(view)} aria-current={view.name === here.name ? 'page' : undefined}>
      {text}
    </a>
  );
}
