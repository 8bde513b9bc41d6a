// An error page still has the frame: theme, feed and keyboard.

import { startFrame } from "../frame.js";

startFrame();
