/** What says that a connection is alive, and up to where its reader has been told everything. */
import type { ServerMessage } from '../core/protocol.ts';
import type { Position } from '../core/story.ts';

export const heartbeat = (position: Position): ServerMessage => ({ type: 'heartbeat', at: new Date().toISOString(), position });
