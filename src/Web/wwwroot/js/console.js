// The console's own script: what plain pages can't do. Every page works without it.
import "./triage.js";

document.documentElement.classList.add("scripted");
