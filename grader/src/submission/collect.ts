import {
  closeSync,
  existsSync,
  lstatSync,
  openSync,
  readdirSync,
  readFileSync,
  readSync,
  statSync,
} from "node:fs";
import { basename, join } from "node:path";
import { messages } from "../messages.js";
import { openArchive } from "./archive.js";
import { SubmissionError } from "./error.js";
import { MAX_BYTES } from "./notebook.js";
import { stemOf, studentOfPath, wrapperDepth } from "./student.js";

/** 一份交上来的东西：内容，或者一条读不出来的理由。 */
export type Submission = { student: string; path: string } & (
  | { bytes: Buffer }
  | { reason: SubmissionError }
);

/** 整包解开至多这么多；学生自己的包小得多。 */
const CLASS_TOTAL = 4 * 2 ** 30;
const STUDENT_TOTAL = 512 << 20;
/** 包里再有包，至多这么多层。 */
const MAX_DEPTH = 2;

/** 一个候选的文件，还没有读。 */
interface Candidate {
  parts: string[];
  /** 给人看的路径。 */
  path: string;
  /** 磁盘上的文件才有，大的压缩包直接从磁盘读。 */
  file?: string;
  read(): Promise<Buffer>;
}

/**
 * 逐份给出所给路径里的提交，次序固定；一次只读一份，所以几千份也不占内存。
 * 路径可以是文件、文件夹、压缩包。读不了的也给出一条，带着理由；从不因为某一份而中断。
 * 学生是谁见 `studentOfPath`。
 *
 * @example
 * for await (const submission of submissions(["作业"])) {
 *   if ("reason" in submission) console.log(submission.student, submission.reason.message);
 *   else console.log(submission.student, submission.bytes.length);
 * }
 */
export function submissions(paths: string[]): AsyncGenerator<Submission> {
  return each(paths, true);
}

/**
 * 所给路径里大约有几份提交，进度用：只看名字与文件开头，不读内容，所以几千份也是一眨眼。
 * 压缩包只看目录；里面改了名的压缩包算一份。
 */
export async function countSubmissions(paths: string[]): Promise<number> {
  let total = 0;
  for await (const _ of each(paths, false)) total++;
  return total;
}

/** `contents` 为假时，`bytes` 是空的。 */
async function* each(paths: string[], contents: boolean): AsyncGenerator<Submission> {
  for (const path of paths) {
    const name = basename(path.replace(/[/\\]+$/, "")) || path;
    if (!existsSync(path))
      yield { student: stemOf(name), path, reason: new SubmissionError(messages.fileMissing(path)) };
    else if (statSync(path).isDirectory()) yield* group(walk(path), name, path, 0, contents);
    else {
      const only: Candidate = { parts: [name], path, file: path, read: async () => readFile(path, true) };
      yield* expand(only, studentOfPath([name], stemOf(name)), 0, true, contents);
    }
  }
}

/** 一个文件夹或压缩包里的全部文件，按学生分好。 */
async function* group(
  files: Candidate[],
  root: string,
  path: string,
  depth: number,
  contents: boolean,
): AsyncGenerator<Submission> {
  const wanted = files.filter((file) => kindOf(file) !== "other");
  if (wanted.length === 0) {
    yield {
      student: studentOfPath([root], root),
      path,
      reason: new SubmissionError(messages.noNotebooks(path)),
    };
    return;
  }
  const skip = wrapperDepth(wanted.map(({ parts }) => parts));
  const inside = (file: Candidate) => file.parts.slice(skip);
  const served = new Set(wanted.map((file) => inside(file)[0]));
  const missing = new Map<string, Candidate[]>();
  for (const file of files) {
    const parts = inside(file);
    if (parts.length < 2 || served.has(parts[0])) continue;
    missing.set(parts[0]!, [...(missing.get(parts[0]!) ?? []), file]);
  }
  for (const file of wanted) yield* expand(file, studentOfPath(inside(file), root), depth, false, contents);
  for (const [folder, theirs] of missing) {
    const names = theirs.map(({ parts }) => parts.at(-1)!);
    const reason = new SubmissionError(messages.nothingHanded(join(path, folder), names));
    yield { student: studentOfPath([folder, ""], root), path: join(path, folder), reason };
  }
}

/** 读一个文件；是压缩包就展开。`explicit`：命令行上指名的，压缩包里可以是全班。 */
async function* expand(
  file: Candidate,
  student: string,
  depth: number,
  explicit: boolean,
  contents: boolean,
): AsyncGenerator<Submission> {
  const { path } = file;
  try {
    if (kindOf(file) === "foreign") throw new SubmissionError(messages.foreign(path));
    const head = file.file === undefined ? null : firstBytes(file.file);
    const archived = head === null ? /\.zip$/i.test(path) : isZip(head);
    if (!contents && !archived) {
      yield { student, path, bytes: Buffer.alloc(0) };
      return;
    }
    const bytes = head !== null && isZip(head) ? null : await file.read();
    if (bytes !== null && !isZip(bytes)) {
      yield { student, path, bytes };
      return;
    }
    if (depth >= MAX_DEPTH) throw new SubmissionError(messages.zipTooDeep(path));
    const archive = await openArchive(bytes ?? file.file!, path, explicit ? CLASS_TOTAL : STUDENT_TOTAL);
    try {
      const inner = archive.files
        .filter(({ parts }) => !hidden(parts))
        .map(({ parts, read }): Candidate => ({ parts, read, path: `${path}/${parts.join("/")}` }));
      if (explicit) yield* group(inner, stemOf(basename(path)), path, depth + 1, contents);
      else yield* ofOne(inner, student, path, depth + 1, contents);
    } finally {
      archive.close();
    }
  } catch (error) {
    const reason =
      error instanceof SubmissionError
        ? error
        : new SubmissionError(messages.unreadable(path, (error as Error).message));
    yield { student, path, reason };
  }
}

/** 一个学生自己的压缩包。 */
async function* ofOne(
  files: Candidate[],
  student: string,
  path: string,
  depth: number,
  contents: boolean,
): AsyncGenerator<Submission> {
  const wanted = files.filter((file) => kindOf(file) !== "other");
  if (wanted.length === 0)
    throw new SubmissionError(
      messages.nothingHanded(
        path,
        files.map(({ parts }) => parts.at(-1)!),
      ),
    );
  for (const file of wanted) yield* expand(file, student, depth, false, contents);
}

/** 文件夹里的全部普通文件，按名字排好。符号链接不跟随，只记下来。 */
function walk(root: string): Candidate[] {
  const found: Candidate[] = [];
  const visit = (folder: string, parts: string[]) => {
    const names = readdirSync(folder).sort();
    for (const name of names) {
      const path = join(folder, name);
      const here = [...parts, name];
      if (hidden(here)) continue;
      const stat = lstatSync(path, { throwIfNoEntry: false });
      if (stat?.isDirectory()) visit(path, here);
      else if (stat?.isFile())
        found.push({ parts: here, path, file: path, read: async () => readFile(path, false) });
      else if (stat)
        found.push({
          parts: here,
          path,
          read: () => Promise.reject(new SubmissionError(messages.notRegular(path))),
        });
    }
  };
  visit(root, []);
  return found;
}

/** 不是学生交的东西：检查点、系统文件、隐藏文件。 */
function hidden(parts: string[]): boolean {
  return parts.some((part) => part.startsWith(".") || part === "__MACOSX" || part === "node_modules");
}

/** 看名字；名字看不出来的看开头。`foreign` 是交错了格式的作业，`other` 与作业无关。 */
function kindOf({ parts, file }: Candidate): "submission" | "foreign" | "other" {
  const name = parts.at(-1)!;
  if (/\.d\.[cm]?ts$/i.test(name)) return "other";
  if (/\.(?:ipynb|zip|[cm]?ts)$/i.test(name) || /\.ipynb\W/i.test(name)) return "submission";
  if (/\.(?:rar|7z|tar|t?gz|bz2|xz|docx?|pdf|pages|py)$/i.test(name)) return "foreign";
  if (!/\.(?:json|txt)$/i.test(name) && /\.[a-z]\w{0,5}$/i.test(name)) return "other";
  // 改了名、丢了扩展名的笔记本。包里的不先解开看，没有扩展名或是 .json 就算。
  if (file === undefined) return /\.txt$/i.test(name) ? "other" : "submission";
  const head = firstBytes(file);
  const text = head.toString("latin1");
  const notebook = /"(?:cells|nbformat|worksheets|metadata)"/.test(text) && /^\W*\{/.test(text);
  return isZip(head) || notebook ? "submission" : "other";
}

function isZip(bytes: Buffer): boolean {
  return bytes[0] === 0x50 && bytes[1] === 0x4b && (bytes[2] === 3 || bytes[2] === 5);
}

function firstBytes(path: string): Buffer {
  if (!statSync(path).isFile()) return Buffer.alloc(0);
  const file = openSync(path, "r");
  try {
    const buffer = Buffer.alloc(4096);
    return buffer.subarray(0, readSync(file, buffer));
  } finally {
    closeSync(file);
  }
}

/** 老师指名的文件可以是链接；学生文件夹里的不行，免得借链接让裁判去读别的文件。 */
function readFile(path: string, follow: boolean): Buffer {
  const stat = follow ? statSync(path) : lstatSync(path);
  if (!stat.isFile()) throw new SubmissionError(messages.notRegular(path));
  if (stat.size > MAX_BYTES) throw new SubmissionError(messages.tooLarge(path, MAX_BYTES >> 20));
  return readFileSync(path);
}
