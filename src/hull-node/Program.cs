using Ironhull.Node.CommandLine;

using var host = NodeHost.Real();
return NodeApplication.Run(Environment.GetCommandLineArgs(), host);
