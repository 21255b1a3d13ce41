import { CST, Lexer } from 'yaml';
import { cut, toBody, type Range } from './body.ts';
import { widen } from './comments.ts';

/** YAML without its comments; everything else, also a # within a text, as it was written. */
export const cutYamlComments = (yaml: string): string => {
  const comments: Range[] = [];
  let at = 0;
  let isText = false;
  for (const token of new Lexer().lex(yaml)) {
    const type: CST.TokenType | null = isText ? null : CST.tokenType(token);
    isText = type === 'scalar';
    if (isText || type === 'doc-mode' || type === 'flow-error-end') continue;
    if (type === 'comment') comments.push(widen(yaml, { from: at, to: at + token.length }));
    at += token.length;
  }
  return cut(toBody(yaml, 1), comments).text;
};
