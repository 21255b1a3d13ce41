/** A real editor for tests: vim, nano or ed, whichever the machine has; on Debian, as root, vim is installed where there is none. */
import { execFileSync, spawnSync } from 'node:child_process';

const has = (program: string): boolean => spawnSync('sh', ['-c', `command -v ${program}`]).status === 0;

const install = (): void => {
  if (!(process.platform === 'linux' && process.getuid?.() === 0 && has('apt-get'))) return;
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  spawnSync('apt-get', ['update', '-qq'], { env });
  spawnSync('apt-get', ['install', '-y', '-qq', '--no-install-recommends', 'vim-tiny', 'ed'], { env });
};

const findEditor = (): 'vim' | 'vi' | 'ed' | undefined => (['vim', 'vi', 'ed'] as const).find(has);

/** Replaces a text everywhere in a file, and saves it, as a person does in an editor. Neither text holds `/`, `&` or a line end. */
export const replaceInEditor = (path: string, from: string, to: string): void => {
  if (!findEditor()) install();
  const editor = findEditor();
  switch (editor) {
    case 'ed':
      return void execFileSync('ed', ['-s', path], { input: `,s/${from}/${to}/g\nw\nq\n` });
    case 'vim':
    case 'vi':
      return void execFileSync(editor, ['-u', 'NONE', '-i', 'NONE', '-N', '-n', '-es', '-c', `%s/${from}/${to}/g`, '-c', 'wq', path], { stdio: ['ignore', 'ignore', 'ignore'] });
    case undefined:
      throw new Error('this test edits a story as a person does: install vim or ed (Debian: apt-get install -y vim-tiny)');
  }
};
