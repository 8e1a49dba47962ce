; Untested: an Inno Setup 6 installer for Windows. Build the folder first:
;   py -m venv build\shipped && build\shipped\Scripts\pip install ".[gui]" pyinstaller
;   build\shipped\Scripts\python packaging\bundle\build.py
;   iscc packaging\windows\bayesdesk.iss
[Setup]
AppName=Bayesdesk
AppVersion=0.1.0
DefaultDirName={autopf}\Bayesdesk
DefaultGroupName=Bayesdesk
OutputDir=..\..\dist
OutputBaseFilename=bayesdesk-0.1.0-windows-setup
PrivilegesRequired=lowest
ChangesAssociations=yes
ChangesEnvironment=yes

[Files]
Source: "..\..\build\bundle\bayesdesk\*"; DestDir: "{app}"; Flags: recursesubdirs

[Icons]
Name: "{group}\Bayesdesk"; Filename: "{app}\bayesdesk-gui.exe"

[Registry]
; “Open with” for YAML files; the file type stays associated with the user's editor
Root: HKCU; Subkey: "Software\Classes\Applications\bayesdesk-gui.exe\shell\open\command"; ValueType: string; ValueData: """{app}\bayesdesk-gui.exe"" ""%1"""; Flags: uninsdeletekey
Root: HKCU; Subkey: "Environment"; ValueType: expandsz; ValueName: "Path"; ValueData: "{olddata};{app}"; Check: not IsOnPath

[Code]
function IsOnPath: Boolean;
var
  Path: string;
begin
  Result := RegQueryStringValue(HKCU, 'Environment', 'Path', Path) and (Pos(ExpandConstant('{app}'), Path) > 0);
end;
