/** The Markdown of story files: CommonMark with GFM's tables, strikethrough and autolinks. */
import MarkdownIt, { type Env, type MarkdownIt as Markdown, type Token } from 'markdown-it';

export type { Env, Token };

/** Levels of lists (two each) and quotations within each other. Beyond it markdown-it leaves text out, so a story must stay well below. */
export const maxLevels = 100;

const createMarkdown = (): Markdown => {
  const markdown = new MarkdownIt({ html: true, linkify: true, maxNesting: maxLevels });
  markdown.linkify.add('ftp:', null).add('//', null).add('www.', {
    validate: (text, at, linkify) => Math.max(0, linkify.testSchemaAt(`http://www.${text.slice(at, at + 2_000)}`, 'http:', 5) - '//www.'.length),
    normalize: (match) => {
      match.url = `http://${match.url}`;
    },
  });
  // Blocks are parsed first and rendered one by one, each only when it is new: the rest of the chain starts from tokens.
  markdown.core.ruler.disable(['normalize', 'block', 'replacements', 'smartquotes']);
  return markdown;
};

const markdown = createMarkdown();

/** The blocks of a text, their inline content not parsed yet. `env` gets the link reference definitions. */
export const blockTokens = (text: string, env: Env): Token[] => {
  const tokens: Token[] = [];
  markdown.block.parse(text.endsWith('\n') ? text : `${text}\n`, markdown, env, tokens);
  return tokens;
};

/** The HTML of tokens that came from `blockTokens`, with the same `env`. Parses their inline content: to be called once. */
export const renderTokens = (tokens: readonly Token[], env: Env): string => {
  const state = new markdown.core.State('', markdown, env);
  state.tokens = [...tokens];
  markdown.core.process(state);
  return markdown.renderer.render(state.tokens, markdown.options, env);
};

/** Addresses and e-mail addresses that stand bare in a plain text. */
export const findLinks = (text: string): { from: number; to: number; address: string }[] =>
  (markdown.linkify.match(text) ?? []).map(({ index, lastIndex, url }) => ({ from: index, to: lastIndex, address: url }));

const createCodeSpanFinder = (): ((content: string, env: Env) => [from: number, to: number][]) => {
  const finder = createMarkdown();
  const alone = createMarkdown();
  alone.inline.ruler.enableOnly('backticks');
  const [backticks] = alone.inline.ruler.getRules('');
  let watched = '';
  let spans: [number, number][] = [];
  finder.inline.ruler.at('backticks', (state, silent) => {
    const from = state.pos;
    const matched = backticks?.(state, silent) ?? false;
    // What is made of backticks alone opened nothing; descriptions of pictures are parsed apart, with places of their own.
    if (matched && state.src === watched && !/^`*$/.test(state.src.slice(from, state.pos))) spans.push([from, state.pos]);
    return matched;
  });
  return (content, env) => {
    [watched, spans] = [content, []];
    finder.inline.parse(content, finder, env, []);
    return spans;
  };
};

/** Where code spans stand in inline content, as Markdown itself sees them: before links and tags where it would. */
export const findCodeSpans = createCodeSpanFinder();
