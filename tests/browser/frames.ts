/** Holds what a real page and a real server say to each other to its schema. */
import type { Page } from 'playwright-core';
import type { ClientMessage } from '../../server/core/protocol.ts';
import { received, sent } from '../checked.ts';

/** From now on a wrong message on any socket of the page is an error that ends the test run. */
export const checkFrames = (page: Page): void =>
  void page.on('websocket', (socket) => {
    socket.on('framereceived', ({ payload }) => received(String(payload)));
    socket.on('framesent', ({ payload }) => sent(JSON.parse(String(payload)) as ClientMessage));
  });
