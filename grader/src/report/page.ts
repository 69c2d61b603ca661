import { escapeHtml } from "./verdict.js";

/** 全部网页共用的样式：跟随系统的明暗，手机上表格横向滚动，打印时去掉链接的颜色。 */
const style = `:root{color-scheme:light dark;--ink:#1f2328;--soft:#59636e;--line:#d1d9e0;--card:#f6f8fa;--page:#fff;--accent:#0b6bcb;--right:#1a7f4b;--wrong:#c0354a;--unsure:#9a6700;--blank:#6e7781;
font-family:system-ui,"PingFang SC","Noto Sans CJK SC","Microsoft YaHei",sans-serif}
@media(prefers-color-scheme:dark){:root{--ink:#e6edf3;--soft:#9198a1;--line:#3d444d;--card:#151b23;--page:#0d1117;--accent:#58a6ff;--right:#4cc38a;--wrong:#ff7b8a;--unsure:#e3b341;--blank:#9198a1}}
*{box-sizing:border-box}body{max-width:56rem;margin:0 auto;padding:1.5rem 1rem 4rem;line-height:1.7;color:var(--ink);background:var(--page);text-autospace:normal;overflow-wrap:anywhere}
a{color:var(--accent);text-decoration:none}a:hover{text-decoration:underline}h1{font-size:1.5rem;line-height:1.3;margin:.6rem 0}h2{font-size:1.15rem;margin:2.2rem 0 .6rem}
.soft,footer{color:var(--soft)}footer{font-size:.85rem;margin-top:3rem;border-top:1px solid var(--line);padding-top:.8rem}
.scroll{overflow-x:auto}table{border-collapse:collapse;width:100%}th,td{text-align:left;padding:.4rem .6rem;border-bottom:1px solid var(--line);vertical-align:top}th{font-weight:600;white-space:nowrap}
.n{white-space:nowrap;font-variant-numeric:tabular-nums;text-align:right}.marks{white-space:nowrap;letter-spacing:.15em}
.right{color:var(--right)}.wrong,.error{color:var(--wrong)}.undecided{color:var(--unsure)}.unanswered{color:var(--blank)}
.total{font-size:2.2rem;font-weight:700;line-height:1.2;font-variant-numeric:tabular-nums}.total small{font-size:1rem;font-weight:400;color:var(--soft)}
.bar{height:.5rem;border-radius:.25rem;background:var(--line);overflow:hidden;margin:.4rem 0 1rem}.bar i{display:block;height:100%;background:var(--right)}
.card{border:1px solid var(--line);border-left:.3rem solid currentColor;border-radius:.5rem;margin:1rem 0;padding:.8rem 1rem;background:var(--card)}.card>*{color:var(--ink)}.card header{display:flex;gap:.6rem;align-items:baseline;flex-wrap:wrap}.card header b{flex:1 1 6rem}.card p{margin:.4rem 0}
.card .verdict{font-weight:600;white-space:nowrap}.card.right .verdict{color:var(--right)}.card.wrong .verdict,.card.error .verdict{color:var(--wrong)}.card.undecided .verdict{color:var(--unsure)}.card.unanswered .verdict,.card .soft{color:var(--blank)}
code{font-size:.9em;font-family:ui-monospace,Consolas,monospace}dl{display:grid;grid-template-columns:max-content 1fr;gap:.1rem .8rem;margin:.5rem 0;font-size:.92rem}dt{color:var(--soft)}dd{margin:0}
details{margin:.3rem 0}summary{cursor:pointer;color:var(--accent)}figure{margin:.6rem 0}figcaption{font-size:.85rem;color:var(--soft)}svg{max-width:100%;height:auto}
@media(max-width:30rem){body{padding:1rem .75rem 3rem}th,td{padding:.35rem .4rem}dl{grid-template-columns:1fr}dt{margin-top:.3rem}}
@media print{body{max-width:none}details{display:none}.card{break-inside:avoid}}`;

/** 一张自足的网页：没有脚本，不引用任何别的文件。 */
export function page(title: string, body: string): string {
  return `<!doctype html>
<html lang="zh-CN"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">
<title>${escapeHtml(title)}</title><style>${style}</style></head><body>
${body}
</body></html>
`;
}
