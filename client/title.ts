/** The page's title, with the number of changes that wait for their reader: `(4) Headline – Stop Press`. */
import { part } from './parts.ts';

export const createTitle = (article: HTMLElement) => {
  let headline = part('h1', article).textContent;
  /** What follows the headline. */
  const end = part('title').textContent.slice(headline.length);
  let count = 0;
  const write = () => { document.title = `${count > 0 ? `(${count}) ` : ''}${headline}${end}`; };
  return {
    count: (n: number) => {
      count = n;
      write();
    },
    change: (to: string) => {
      headline = to;
      write();
    },
  };
};
