import { wireActions } from './page/actions.js';
import { onRefused } from './page/api.js';
import { onRefreshed, refresh, restart, showAll, showMore, stopBoard } from './page/board.js';
import { followHash, onClosed, redrawDetail, renewDetail } from './page/detail.js';
import { $, note } from './page/dom.js';
import { forgetKey, onKeyElsewhere, readKey, saveKey } from './page/key.js';
import { drawExample, register } from './page/register.js';
import { may, readScopes } from './page/scopes.js';

function show() {
  const hasKey = readKey() !== null;
  $('sign-in').hidden = hasKey;
  $('board').hidden = !hasKey;
  $('forget').hidden = !hasKey;
  if (hasKey) {
    readScopes(drawScopes);
    refresh();
    followHash();
    return;
  }
  $('key-name').textContent = '';
  stopBoard();
  $('detail').close();
  $('key').focus();
}

/** Shows what the key may do, and not what the service would refuse. */
function drawScopes(name) {
  $('key-name').textContent = name;
  $('watch').hidden = !may('register');
  redrawDetail();
}

function signOut(reason) {
  forgetKey();
  show();
  note('key-note', reason);
}

$('key-form').addEventListener('submit', (event) => {
  event.preventDefault();
  saveKey($('key').value.trim(), $('keep-key').checked);
  event.target.reset();
  note('key-note');
  show();
});
$('register').addEventListener('submit', register);
$('forget').addEventListener('click', () => signOut());
$('filter').addEventListener('change', restart);
$('label-filter').addEventListener('change', restart);
$('show-all').addEventListener('click', showAll);
$('more').addEventListener('click', showMore);
$('close').addEventListener('click', () => $('detail').close());
$('detail').addEventListener('close', onClosed);
$('detail').addEventListener('click', ({ target }) => {
  if (target === $('detail')) $('detail').close();
});
addEventListener('hashchange', followHash);
onRefreshed(renewDetail);
onRefused(() => signOut('Unknown API key.'));
onKeyElsewhere(show);
wireActions();
drawExample();
show();
