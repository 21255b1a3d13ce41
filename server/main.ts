/** The command line. The only file that acts when it is imported. */
import { commandOptions, optionsHelp, readArguments, readConfig, refuseForeignOptions, UsageError, workerMark, type Arguments, type Config } from './config.ts';
import type { Answer, StoryWish, WebhookWish } from './control.ts';
import { version } from './package.ts';

// Each command loads what it needs, so that the small ones answer at once.

const help = `stop-press: save a story file, and every open page changes in place

  stop-press serve [FOLDER]         serve the stories of a folder (default: stories)
  stop-press check FILE...          say what is wrong with story files; ends with 1 where one cannot be published
  stop-press explain OLD NEW        say what became of each section between two versions of a story file, and why
  stop-press withdraw SLUG          withdraw a story; its readers are told, its history is kept
  stop-press follow URL             show what changes in a story, word by word, as it happens; the address of a newsroom: in every story
  stop-press redact SLUG N|all      overwrite the content of a revision, or of all, in the log
  stop-press backup FILE [--force]  copy the log into a file, also while the server runs
  stop-press restore FILE           begin the log of a data folder with such a copy
  stop-press webhooks [--json]      how each webhook stands
  stop-press webhooks retry NAME [POSITION|all]
                                    send once more what is parked, and what waits at once
  stop-press webhooks test NAME     send a test event

${optionsHelp()}

follow takes a slug alone for a story of the server on this machine (--port), and

${optionsHelp(commandOptions)}

Every other option is also an environment variable: --withdraw-after is STOP_PRESS_WITHDRAW_AFTER.
`;

const say = (line: string): void => void process.stdout.write(`${line}\n`);
const complain = (line: string): void => void process.stderr.write(`${line}\n`);

const runServer = async ({ values, positionals: [folder = 'stories', ...rest] }: Arguments): Promise<number> => {
  if (rest.length > 0) throw new UsageError(`serve takes one folder, not also "${rest.join('" "')}"`);
  const config = readConfig(values, process.env);
  if (process.env[workerMark] !== undefined) return runWorker(folder, config);
  const stopped = stopSignal();
  const { serve } = await import('./serve.ts');
  const running = await serve(folder, config, { say, complain });
  say(`Stop Press serves ${folder} on ${running.address}`);
  await stopped;
  setTimeout(() => void stopSignal().then(running.close), sameSignalMs).unref();
  await running.close();
  return 0;
};

/** ms within which a signal is the one that came already: a launcher passes on what the terminal or the service manager has sent to both. */
const sameSignalMs = 1_000;

/** `serve --workers` starts its own command line again for each of them, marked so. */
const runWorker = async (folder: string, config: Config): Promise<number> => {
  const { work } = await import('./workers/worker.ts');
  await work(folder, config, complain);
  return 0;
};

/** Resolves when the process is asked to end: by a signal, or because the launcher that holds its channel is gone. */
const stopSignal = (): Promise<void> =>
  new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => resolve());
    if (process.channel) {
      process.channel.unref();
      process.on('disconnect', () => resolve());
    }
  });

const runCheck = async ({ values, positionals }: Arguments): Promise<number> => {
  if (positionals.length === 0) throw new UsageError('check takes one or more files, or a folder');
  const { check } = await import('./check.ts');
  return check(positionals, readConfig(values, process.env).lang, say) ? 0 : 1;
};

const runExplain = async ({ values, positionals: [old, next, ...rest] }: Arguments): Promise<number> => {
  if (old === undefined || next === undefined || rest.length > 0) throw new UsageError('explain takes two files: the old version of a story and the new one');
  const { explain } = await import('./explain.ts');
  return explain(old, next, { lang: readConfig(values, process.env).lang, say }) ? 0 : 1;
};

const runWithdraw = async ({ values, positionals: [story, ...rest] }: Arguments): Promise<number> => {
  if (story === undefined || rest.length > 0) throw new UsageError('withdraw takes one slug, such as storm or uk/vote');
  return carryOut(readConfig(values, process.env).data, { command: 'withdraw', story });
};

const runRedact = async ({ values, positionals: [story, which, ...rest] }: Arguments): Promise<number> => {
  const number = which === 'all' ? which : Number(which);
  if (story === undefined || (number !== 'all' && !(Number.isInteger(number) && number > 0)) || rest.length > 0) {
    throw new UsageError('redact takes a slug and the number of a revision, or all: stop-press redact storm 3');
  }
  return carryOut(readConfig(values, process.env).data, { command: 'redact', story, which: number });
};

const runFollow = async ({ values, positionals: [target, ...rest] }: Arguments): Promise<number> => {
  if (target === undefined || rest.length > 0) throw new UsageError('follow takes one address, such as https://news.example/stories/storm, or a slug');
  const [since, stateFile] = [values['since'], values['state']].map((value) => (typeof value === 'string' ? value : undefined));
  const { followStory } = await import('./follow.ts');
  const { port } = readConfig(values, process.env);
  return followStory(target, { json: values['json'] === true, port, ...(since !== undefined && { since }), ...(stateFile !== undefined && { stateFile }) }, { out: process.stdout, complain, stopped: stopSignal() });
};

const runBackup = async ({ values, positionals: [file, ...rest] }: Arguments): Promise<number> => {
  if (file === undefined || rest.length > 0) throw new UsageError('backup takes the name of one file to write: stop-press backup /backups/monday.db');
  const { backup } = await import('./backup.ts');
  say(backup(readConfig(values, process.env).data, file, { force: values['force'] === true }));
  return 0;
};

const runRestore = async ({ values, positionals: [file, ...rest] }: Arguments): Promise<number> => {
  if (file === undefined || rest.length > 0) throw new UsageError('restore takes one file that backup has written: stop-press restore /backups/monday.db');
  const { restore } = await import('./backup.ts');
  say(restore(readConfig(values, process.env).data, file));
  return 0;
};

const carryOut = async (data: string, wish: StoryWish): Promise<number> => {
  const { operate } = await import('./operate.ts');
  return tell(await operate(data, wish));
};

const tell = ({ done, message }: Answer): number => {
  (done ? say : complain)(message);
  return done ? 0 : 1;
};

const runWebhooks = async ({ values, positionals }: Arguments): Promise<number> => {
  const { data } = readConfig(values, process.env);
  const wish = webhookWish(positionals, values['json'] === true);
  const { send } = await import('./control.ts');
  return tell(await send(data, wish));
};

const webhookWish = ([action, name, which, ...rest]: string[], json: boolean): WebhookWish => {
  const command = 'webhooks';
  if (action === undefined) return { command, action: 'list', json };
  if (action === 'retry' && name !== undefined && rest.length === 0) return { command, action, name, which: which ?? 'all' };
  if (action === 'test' && name !== undefined && which === undefined) return { command, action, name };
  throw new UsageError('webhooks lists them; webhooks retry takes a name, and a position or all; webhooks test takes a name');
};

const commands: Record<string, (given: Arguments) => number | Promise<number>> = {
  serve: runServer, check: runCheck, explain: runExplain, follow: runFollow, withdraw: runWithdraw, redact: runRedact, backup: runBackup, restore: runRestore, webhooks: runWebhooks,
};

const main = async (argv: string[]): Promise<number> => {
  const { values, positionals } = readArguments(argv);
  if (values['version'] === true) return (say(version()), 0);
  const [name, ...rest] = positionals;
  if (values['help'] === true || name === undefined) return (say(help), name === undefined && values['help'] !== true ? 2 : 0);
  const command = commands[name];
  if (!command) throw new UsageError(`there is no command "${name}": see stop-press --help`);
  refuseForeignOptions(name, values);
  return command({ values, positionals: rest });
};

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  complain(`stop-press: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = error instanceof UsageError ? 2 : 1;
}
