/** The script of `<stop-press-story>`, for pages of any origin. */
import type { Position, State } from '../server/core/story.ts';
import { createEmbedded } from './embed/element.ts';
import type { Status } from './update.ts';

/** Shows a live story. Its content is shown until the story is there, and where it cannot be had. */
class StopPressStory extends HTMLElement {
  static readonly observedAttributes = ['src', 'sections'];
  readonly #embedded = createEmbedded(this);

  connectedCallback(): void { this.#settle(); }
  disconnectedCallback(): void { this.#settle(); }
  attributeChangedCallback(): void { this.#settle(); }
  /** Once all is said: an element that is only moved keeps its socket. */
  #settle(): void { queueMicrotask(this.#embedded.settle); }

  /** The address of the story's page. */
  get src(): string { return this.getAttribute('src') ?? ''; }
  set src(address: string) { this.setAttribute('src', address); }

  /** What is shown now; undefined while nothing is. It must not be changed. */
  get state(): State | undefined { return this.#embedded.state(); }
  get position(): Position | undefined { return this.#embedded.position(); }
  get status(): Status { return this.#embedded.status(); }
}

if (!customElements.get('stop-press-story')) customElements.define('stop-press-story', StopPressStory);
