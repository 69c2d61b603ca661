/** 判分里只能在 Node 上运行的部分：沙箱、判一份提交、生成练习。 */
export { AuthoringError, buildExercise } from "./authoring/exercise.js";
export { type GradeReport, gradeHtml, gradeJson, gradeText } from "./report/grade.js";
export { defaultLimits, type ProcessLimits } from "./sandbox/command.js";
export { makeStage, type Stage } from "./sandbox/stage.js";
export { type SandboxStrength, sandboxStrength } from "./sandbox/strength.js";
export { type Submission, submissions } from "./submission/collect.js";
export { readNotebook, type SubmittedCell, type SubmittedNotebook } from "./submission/notebook.js";
export { studentOfPath } from "./submission/student.js";
export {
  type Graded,
  type GradeOptions,
  gradeBytes,
  gradeNotebook,
  gradeSubmission,
  SubmissionError,
} from "./submission.js";
