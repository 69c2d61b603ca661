import { startCells } from "./cells.js";
import { startNav } from "./nav.js";
import { startPlayers } from "./players.js";
import { startPlots } from "./plots.js";
import { startProgress } from "./progress.js";
import { startSearch } from "./search-box.js";
import { startTerms } from "./terms.js";
import { startTheme } from "./theme.js";

startTheme();
startNav();
startSearch();
startTerms();
startPlots();
startPlayers();
startProgress();
startCells();
