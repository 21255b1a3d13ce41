/** The first words to every client. */
import { subprotocol, type Limits, type ServerMessage } from '../core/protocol.ts';

/** `session` is a name that nobody else has. */
export const greeting = (session: string, { maxMessageBytes, maxSubscriptions, messagesPerSecond }: Limits, heartbeatMs: number): ServerMessage => ({
  type: 'hello', protocol: subprotocol, session, heartbeatMs, limits: { maxMessageBytes, maxSubscriptions, messagesPerSecond },
});
