using Amavis.Web.Hosting;

return await ConsoleProgram.RunAsync(args);
