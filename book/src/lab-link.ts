import { escapeHtml } from "./text.js";

/** 「在 JupyterLab 里打开」：说明命令，并给出下载。 */
export function labLink(file: string, download: string): string {
  const name = escapeHtml(file);
  return `<details class="menu">
<summary>在 JupyterLab 里打开</summary>
<div class="menu-body">
<p>在仓库目录里运行：</p>
<pre class="code"><code>npm run lab</code></pre>
<p>浏览器打开 JupyterLab 后，在左侧文件栏里找到<code>${name}</code>。第一次运行会自动准备好 Python 环境。</p>
<p><a href="${escapeHtml(download)}" download>下载这个笔记本</a></p>
</div>
</details>`;
}
