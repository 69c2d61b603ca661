import { applyTheme } from "./theme.js";

// 在画第一帧之前定好亮暗，避免闪白；所以它是单独一个同步脚本。
document.documentElement.classList.add("js");
applyTheme();
