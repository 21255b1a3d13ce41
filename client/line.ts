/** The connection of a page: its phase as `data-live`, a quiet line of text while it is lost, and what the browser notices on its behalf. */
import type { ServerMessage, Subscribe } from '../server/core/protocol.ts';
import type { ClientTexts } from '../server/core/languages/texts.ts';
import { part } from './parts.ts';
import { connect } from './platform.ts';
import { stepOfPage } from './presence.ts';

/** ms without a connection that are not worth a word */
const quietMs = 2_000;

export type LiveState = 'connecting' | 'live' | 'offline' | 'ended';

export type LineOptions = {
  texts: ClientTexts;
  /** What to subscribe to, asked for each socket. */
  wanted(): Subscribe;
  /** ms that a hidden page keeps its socket */
  patienceMs(): number;
  onMessage(message: ServerMessage): void;
};

/** Connects the page for as long as somebody looks at it. */
export const connectPage = ({ texts, wanted, patienceMs, onMessage }: LineOptions) => {
  const display = createDisplay(texts);
  let isOpen = false;
  const connection = connect({
    address: () => addressOf(wanted()),
    step: stepOfPage,
    onMessage,
    onPhase: (phase) => {
      isOpen = phase === 'open';
      if (phase === 'over') display.sayOver();
      else if (phase === 'resting') display.show('offline');
      else if (phase !== 'open') display.lost();
    },
  });
  const look = () => connection.notify(document.hidden ? { type: 'hidden', patienceMs: patienceMs() } : { type: 'looked' });
  document.addEventListener('visibilitychange', look);
  addEventListener('pageshow', look);
  addEventListener('pagehide', () => connection.notify({ type: 'left' }));
  addEventListener('online', () => connection.notify({ type: 'renewed' }));
  look();
  return {
    send: connection.send,
    show: display.show,
    isOpen: () => isOpen,
    /** The page cannot go on: nothing more comes, and it says what helps. */
    fail: () => connection.close(),
  };
};

const addressOf = ({ type: _type, ...wish }: Subscribe): string => `${location.origin.replace('http', 'ws')}/live?${new URLSearchParams(wish)}`;

const createDisplay = (texts: ClientTexts) => {
  const { dataset } = document.documentElement;
  const place = part('#connection');
  let timer: ReturnType<typeof setTimeout> | undefined;
  const say = (state: LiveState, text: string) => {
    clearTimeout(timer);
    timer = undefined;
    dataset['live'] = state;
    place.hidden = text === '';
    place.textContent = text;
  };
  const show = (state: LiveState) => say(state, '');
  show('connecting');
  return {
    show,
    sayOver: () => {
      say('ended', `${texts.outdated} `);
      place.append(Object.assign(document.createElement('a'), { href: location.pathname, textContent: texts.reload }));
    },
    lost: () => {
      if (dataset['live'] !== 'connecting') dataset['live'] = 'offline';
      timer ??= setTimeout(() => say('offline', navigator.onLine ? texts.reconnecting : texts.offline), quietMs);
    },
  };
};
