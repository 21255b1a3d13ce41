/** A server as `stop-press serve` composes it, in this process, on folders of its own, and what it counts. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { vi } from 'vitest';
import { readConfig } from '../server/config.ts';
import { serve } from '../server/serve.ts';
import { parseExposition, valueOf, type Exposition } from './exposition.ts';
import { createFolders } from './server-process.ts';
import { secretA } from './webhook-receiver.ts';

export type CountedServer = Awaited<ReturnType<typeof startCounted>>;

/** With one story, `storm`, and `hook`, the address of a webhook. */
export const startCounted = async ({ hook, values = {} }: { hook?: string; values?: Record<string, string> } = {}) => {
  const folders = await createFolders();
  const save = (file: string, text: string): Promise<void> => folders.save(file, `---\nheadline: The storm\n---\n${text}\n`);
  await save('storm.md', 'The storm has closed the line.');
  const webhooks = join(folders.root, 'webhooks.yaml');
  if (hook !== undefined) await writeFile(webhooks, `- {name: archive, url: '${hook}', secret: '${secretA}'}\n`);
  const config = readConfig({ port: '0', data: folders.data, ...(hook !== undefined && { webhooks }), ...values }, {});
  const said: string[] = [];
  const complaints: string[] = [];
  const server = await serve(folders.stories, config, { say: (line) => said.push(line), complain: (line) => complaints.push(line) });

  const scrape = async (): Promise<Exposition> => parseExposition(await (await fetch(`${server.address}/metrics`)).text());

  /** Waits until something has been counted so often. */
  const counted = (name: string, labels: Record<string, string>, value: number): Promise<Exposition> =>
    vi.waitFor(async () => {
      const exposition = await scrape();
      const found = valueOf(exposition, name, labels);
      if (found !== value) throw new Error(`${name} ${JSON.stringify(labels)} is ${found}, not ${value}`);
      return exposition;
    }, { timeout: 10_000, interval: 50 });

  await counted('stop_press_revisions_total', { grade: 'first' }, 1);
  return {
    address: server.address,
    socket: `${server.address.replace('http', 'ws')}/live`,
    complaints,
    save,
    scrape,
    counted,

    close: async () => {
      await server.close();
      await folders.remove();
    },
  };
};
