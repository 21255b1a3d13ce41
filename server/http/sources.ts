/** Stories as text that people read and write: the Markdown of their files, as far as it is published, and plain text. */
import express, { type Request, type Response, type Router } from 'express';
import { publishedMarkdown } from '../core/source/markdown.ts';
import { publishedText } from '../core/source/text.ts';
import type { RevisionLog } from '../revision-log.ts';
import { answerImmutable, answerLive, redirect } from './answers.ts';
import { readOnly } from './errors.ts';
import { apiPath, publishedStory, revisionAt, type FoundRevision } from './stories.ts';

type StoryRequest = Request<{ story: string[] }>;
type RevisionRequest = Request<{ story: string[]; part: string }>;

export type SourcesOptions = {
  log: RevisionLog;
  /** What else answers depend on besides the log: part of every ETag. */
  edition: string;
};

const kinds = [
  {
    ending: 'md',
    type: 'text/markdown; charset=utf-8',
    write: (log: RevisionLog, { state, summary }: FoundRevision) => publishedMarkdown(state, { source: log.source(state.story, state.position) ?? '', note: summary.note }),
  },
  { ending: 'txt', type: 'text/plain; charset=utf-8', write: (_: RevisionLog, { state }: FoundRevision) => publishedText(state) },
] as const;
type Kind = (typeof kinds)[number];

/** To be mounted before the addresses of which these are longer: `/stories/storm.md` is no story `storm.md`. */
export const createSources = ({ log, edition }: SourcesOptions): Router => {
  const router = express.Router({ caseSensitive: true, strict: true });

  const current = (kind: Kind) => (request: StoryRequest, response: Response): void => {
    const standing = publishedStory(log, request, response);
    if (!standing) return;
    const { story, position } = standing.state;
    answerLive(request, response.type(kind.type), { position: standing.position, edition }, () => kind.write(log, revisionAt(log, story, position)));
  };

  const revision = (kind: Kind) => (request: RevisionRequest, response: Response): void => {
    const standing = publishedStory(log, request, response);
    if (!standing) return;
    const { story } = standing.state;
    const found = revisionAt(log, story, request.params.part);
    const { position } = found.state;
    if (request.params.part !== position) return redirect(response, `${apiPath(story)}/revisions/${position}.${kind.ending}`);
    answerImmutable(request, response.type(kind.type), { position, edition }, () => kind.write(log, found));
  };

  for (const kind of kinds) {
    router.route(`/stories/*story/revisions/:part.${kind.ending}`).get<RevisionRequest['params']>(revision(kind)).all(readOnly);
    router.route(`/stories/*story.${kind.ending}`).get<StoryRequest['params']>(current(kind)).all(readOnly);
  }
  return router;
};
