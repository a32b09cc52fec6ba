using System.Reflection;
using Amavis.Web.Hosting;
using Microsoft.AspNetCore.Components;

namespace Amavis.Web.Components.Layout;

/// <summary>Header, navigation and footer of every page.</summary>
public partial class MainLayout
{
    private static readonly string Version =
        typeof(MainLayout).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0] ?? "";

    [Inject]
    private Times Times { get; set; } = default!;
}
