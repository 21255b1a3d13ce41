/** Schemas as JSON Schema, each under a name to which others refer. Unknown fields are allowed: a later version may have more. */
import { toJsonSchemaDefs, type JsonSchema } from '@valibot/to-json-schema';
import type { GenericSchema } from 'valibot';
import { failure, jsonFeed, ninjs, problem, problemList, revisionList, revisionSummary, storyList, webhook, webhookList } from './answers.ts';
import { storyEvent, testEvent } from './events.ts';
import * as messages from './messages.ts';
import * as story from './story.ts';

export type Schemas = Record<string, JsonSchema>;

const storyDefinitions = {
  Position: story.position,
  Time: story.time,
  Slug: story.slug,
  SectionId: story.sectionId,
  Block: story.block,
  Correction: story.correction,
  Meta: story.meta,
  Section: story.section,
  State: story.state,
};

const diffDefinitions = {
  MetaPatch: story.metaPatch,
  Delta: story.delta,
  BlockEdit: story.blockEdit,
  SetOp: story.setOp,
  InsertOp: story.insertOp,
  RemoveOp: story.removeOp,
  MoveOp: story.moveOp,
  EditOp: story.editOp,
  Op: story.op,
  CompactPut: messages.compactPut,
  CompactBlockEdit: messages.compactBlockEdit,
  CompactSection: messages.compactSection,
  CompactInsert: messages.compactInsert,
  CompactEdit: messages.compactEdit,
  CompactOp: messages.compactOp,
  PatchOp: messages.patchOp,
  Diff: messages.diff,
  CompactDiff: messages.compactDiff,
  PatchDiff: messages.patchDiff,
};

/** What goes over the socket. */
export const wireDefinitions = {
  ...storyDefinitions,
  ...diffDefinitions,
  Attributes: story.attributes,
  Limits: messages.limits,
  Hello: messages.hello,
  Snapshot: messages.snapshot,
  Live: messages.live,
  Ended: messages.ended,
  Heartbeat: messages.heartbeat,
  ErrorCode: messages.errorCode,
  Error: messages.errorMessage,
  Bye: messages.bye,
  Subscribe: messages.subscribe,
  Unsubscribe: messages.unsubscribe,
};

/** What HTTP answers, and what is posted to webhooks. */
export const httpDefinitions = {
  ...storyDefinitions,
  ...diffDefinitions,
  Attributes: story.attributes,
  Change: story.change,
  AnyDiff: messages.anyDiff,
  Snapshot: messages.snapshot,
  Ended: messages.ended,
  StoryEvent: storyEvent,
  TestEvent: testEvent,
  StoryList: storyList,
  RevisionSummary: revisionSummary,
  RevisionList: revisionList,
  Problem: problem,
  ProblemList: problemList,
  Webhook: webhook,
  WebhookList: webhookList,
  Failure: failure,
  JsonFeed: jsonFeed,
  Ninjs: ninjs,
};

/** Where OpenAPI and AsyncAPI keep schemas. */
export const refTo = (name: string): string => `#/components/schemas/${name}`;

/** AsyncAPI speaks draft 07, OpenAPI 3.1 and everybody else 2020-12. */
export const toJsonSchemas = (definitions: Record<string, GenericSchema>, target: 'draft-2020-12' | 'draft-07'): Schemas =>
  toJsonSchemaDefs(definitions, {
    target,
    overrideRef: ({ referenceId }) => refTo(referenceId),
    overrideSchema: ({ valibotSchema, jsonSchema }) => {
      // A field that is never there.
      if (valibotSchema.type === 'undefined') return { not: {} };
      // Nothing after the last: linters do not know the short form of 2020-12, `false`.
      return jsonSchema.items === false ? { ...jsonSchema, items: { not: {} } } : undefined;
    },
  });
