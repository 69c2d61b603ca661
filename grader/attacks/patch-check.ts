// 企图：换掉 check，让自评都说正确
// 预期：一分也不多得。
// 得分：1
import { check } from "@tidu/grader/check";
const forged = async () => "正确";
await forged();
await check();
(globalThis as any).check = forged;
