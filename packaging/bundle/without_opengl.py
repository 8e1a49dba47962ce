"""Run first in the bundle: pyqtgraph asks for Qt's OpenGL when it is imported, and our plots never do.

What stands in for it here has the one class that is derived from on import; Qt's own would be 10 MB.
"""

import sys
from types import ModuleType


class QOpenGLWidget:
    """Nothing is one of these."""


for name in ("PySide6.QtOpenGL", "PySide6.QtOpenGLWidgets"):
    sys.modules[name] = ModuleType(name)
sys.modules["PySide6.QtOpenGLWidgets"].QOpenGLWidget = QOpenGLWidget  # type: ignore[attr-defined]
