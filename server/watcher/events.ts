/** What the watcher tells. Paths are relative to the folder, with `/`; slugs are paths without the extension, in NFC. */
export type WatchEvent =
  /** A text that is believed to be whole, and that differs from what was last told of this story, or whose story had been gone or vanished. */
  | { kind: 'saved'; slug: string; file: string; bytes: Uint8Array; fileHash: string; savedAt: number }
  /** No file has stood for this story for `withdrawAfterMs`. */
  | { kind: 'gone'; slug: string; file?: string }
  /** The file of a story has a new name that was never published. A `saved` of `to` follows only if its bytes differ from what was last told of `from`. */
  | { kind: 'moved'; from: string; to: string; file: string }
  /** The folder, or more than half of the stories and at least 3, vanished together. No `gone` follows; each is told as `saved` when its file is back. */
  | { kind: 'vanished'; slugs: string[]; folder: 'gone' | 'there' }
  /** Several files claim one slug: none of them is told until one is left. */
  | { kind: 'clash'; slug: string; files: string[] }
  /** A file that cannot become a story, or a folder that cannot be entered. Told once, until the reason changes. */
  | { kind: 'unreadable'; file: string; slug?: string; reason: string }
  /** A `clash` or `unreadable` told before is over. */
  | { kind: 'mended'; file: string; slug?: string }
  /** The system gives no more watches: from now on the folder is looked at several times a second. */
  | { kind: 'polling'; reason: string };

/** A story that had been published before this start, and the hash of its file then. */
export type KnownStory = { slug: string; fileHash: string; withdrawn: boolean };

export type Emit = (event: WatchEvent) => void;
