using Amavis.Configuration;
using Amavis.Web.Hosting;
using Amavis.Web.SigningIn;

return await ConsoleProgram.RunAsync(args);
