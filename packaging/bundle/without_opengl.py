"""Runtime hook of the bundle: replaces Qt's OpenGL modules with empty ones.

pyqtgraph imports them, but no plot of ours uses them.  Without them the bundle is 10 MB smaller.
"""

import sys
from types import ModuleType


class QOpenGLWidget:
    """Base class that pyqtgraph derives from on import; never instantiated."""


for name in ("PySide6.QtOpenGL", "PySide6.QtOpenGLWidgets"):
    sys.modules[name] = ModuleType(name)
sys.modules["PySide6.QtOpenGLWidgets"].QOpenGLWidget = QOpenGLWidget  # type: ignore[attr-defined]
