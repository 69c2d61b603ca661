import type { NotebookCell } from "@tidu/notebook-runtime";

/** Jupyter 的单元格标签。 */
export function cellTags(cell: NotebookCell): Set<string> {
  const { tags } = cell.metadata;
  return new Set(Array.isArray(tags) ? tags.map(String) : []);
}
