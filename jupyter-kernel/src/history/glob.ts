/**
 * 与 SQLite 的 GLOB 相同的通配：* 任意串，? 任意一个字符，[abc]、[a-z]、[^a] 一类字符；整条匹配，分大小写。
 * 只回退到最近的一个 *，所以再刁钻的模式也不超过 |pattern|·|text| 步。
 */
export function glob(pattern: string): (text: string) => boolean {
  const parts = parse([...pattern]);
  return (text) => matches(parts, [...text]);
}

type Part = "*" | ((character: string) => boolean);

function parse(pattern: string[]): Part[] {
  const parts: Part[] = [];
  for (let at = 0; at < pattern.length; at++) {
    const character = pattern[at]!;
    const end = character === "[" ? classEnd(pattern, at) : -1;
    if (character === "*") parts.push("*");
    else if (character === "?") parts.push(() => true);
    else if (end > 0) {
      parts.push(characterClass(pattern.slice(at + 1, end)));
      at = end;
    } else parts.push((given) => given === character);
  }
  return parts;
}

/** 右方括号的位置；紧跟在 [ 或 [^ 之后的 ] 是普通字符。没有配对的是 -1。 */
function classEnd(pattern: string[], at: number): number {
  const first = at + (pattern[at + 1] === "^" ? 2 : 1);
  return pattern.indexOf("]", first + 1);
}

function characterClass(body: string[]): (character: string) => boolean {
  const negated = body[0] === "^";
  const members = negated ? body.slice(1) : body;
  const ranges: [string, string][] = [];
  for (let at = 0; at < members.length; at++) {
    const range = members[at + 1] === "-" && at + 2 < members.length;
    ranges.push([members[at]!, members[range ? at + 2 : at]!]);
    if (range) at += 2;
  }
  const point = (character: string) => character.codePointAt(0)!;
  return (character) =>
    ranges.some(([low, high]) => point(low) <= point(character) && point(character) <= point(high)) !==
    negated;
}

function matches(parts: Part[], text: string[]): boolean {
  let part = 0;
  let star = -1;
  let resume = 0;
  for (let at = 0; at < text.length; ) {
    const wanted = parts[part];
    if (wanted === "*") {
      star = part++;
      resume = at;
    } else if (wanted?.(text[at]!)) {
      part++;
      at++;
    } else if (star >= 0) {
      part = star + 1;
      at = ++resume;
    } else return false;
  }
  while (parts[part] === "*") part++;
  return part === parts.length;
}
