using Amavis.Core.Policy;
using Amavis.Data;
using Amavis.Data.Console;
using Amavis.Data.Migrating;
using Amavis.Data.Model;
using Amavis.Web.Components;
using Amavis.Web.Content;
using Amavis.Web.Policies;
using Amavis.Web.Releasing;
using Amavis.Web.SigningIn;
using Microsoft.AspNetCore.HttpOverrides;
using Microsoft.EntityFrameworkCore;

namespace Amavis.Web.Hosting;

/// <summary>The console as a web application over one configuration.</summary>
internal static class ConsoleHost
{
    /// <summary>Form posts are names, ticks and passwords; nothing larger is read.</summary>
    private const long MaxRequestOctets = 1 << 20;

    /// <param name="configure">For tests: another server, clock or release socket.</param>
    public static WebApplication Build(Settings settings, Action<WebApplicationBuilder>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(settings);
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions
        {
            // Files for the browser lie beside the program, wherever it is started from.
            ContentRootPath = AppContext.BaseDirectory,
            ApplicationName = typeof(ConsoleHost).Assembly.GetName().Name,
        });
        builder.WebHost.UseStaticWebAssets();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = MaxRequestOctets;
        });
        builder.WebHost.UseUrls(settings.Web.Listen);
        builder.Logging.AddFilter("Microsoft", LogLevel.Warning).AddFilter("Microsoft.Hosting.Lifetime", LogLevel.Information)
            // It would complain at every start that keys are not encrypted: their directory is for the console's user alone.
            .AddFilter("Microsoft.AspNetCore.DataProtection", LogLevel.Error);
        AddServices(builder.Services, settings);
        configure?.Invoke(builder);
        var app = builder.Build();
        Map(app);
        return app;
    }

    /// <summary>What must be there before the first request: the state directory, the tables and somebody who can sign in.</summary>
    public static async Task PrepareAsync(WebApplication app, string? adminPassword, CancellationToken cancellationToken)
    {
        app.Services.GetRequiredService<StateDirectory>().Create();
        if (app.Services.GetRequiredService<Settings>().AutoMigrate)
            await app.Services.GetRequiredService<DatabaseMigrator>().MigrateAsync(app.Services.GetRequiredService<AmavisDatabase>(), cancellationToken);
        await app.Services.GetRequiredService<FirstAccount>().EnsureAsync(adminPassword, cancellationToken);
    }

    private static void AddServices(IServiceCollection services, Settings settings)
    {
        var state = new StateDirectory(settings);
        services.AddSingleton(settings);
        services.AddSingleton(state);
        services.AddSingleton(TimeProvider.System);
        services.AddSingleton<Times>();
        services.AddAmavisData(settings.StorageSqlDsn[0]).AddSingleton<DatabaseMigrator>();
        services.AddSingleton<TraceQuery>().AddSingleton<TodayQuery>().AddSingleton<MessageQuery>().AddSingleton<QuarantineQuery>().AddSingleton<PeopleQuery>();
        services.AddSingleton<KeptCopies>().AddSingleton<ReleaseMarks>().AddSingleton<Accounts>().AddSingleton<AuditLog>();
        services.AddSingleton<KeptText>().AddSingleton<Releases>().AddSingleton<IReleaseSocket, DaemonReleaseSocket>();
        services.AddSingleton<FirstAccount>();
        services.AddPolicies(settings);
        services.AddConsoleAccounts(state);
        services.AddAntiforgery(options =>
        {
            options.Cookie.Name = "amavis-form";
            options.Cookie.HttpOnly = true;
            options.Cookie.SameSite = SameSiteMode.Strict;
            options.Cookie.SecurePolicy = CookieSecurePolicy.SameAsRequest;
        });
        services.AddRazorComponents();
        // A proxy on this machine may say who the client is and that it came over TLS; nobody else is believed.
        services.Configure<ForwardedHeadersOptions>(options => options.ForwardedHeaders = ForwardedHeaders.XForwardedFor | ForwardedHeaders.XForwardedProto);
        services.AddSignInLimiter();
    }

    private static void Map(WebApplication app)
    {
        app.UseForwardedHeaders();
        app.UseSecurityHeaders();
        app.UseExceptionHandler(new ExceptionHandlerOptions
        {
            ExceptionHandlingPath = "/error",
            CreateScopeForErrors = true,
            StatusCodeSelector = static e => e is RightsException ? StatusCodes.Status403Forbidden : StatusCodes.Status500InternalServerError,
        });
        app.UseStatusCodePagesWithReExecute("/status/{0}", createScopeForStatusCodePages: true);
        app.UseRateLimiter();
        app.UseAuthentication();
        app.UseAuthorization();
        app.UseAntiforgery();
        app.MapStaticAssets().AllowAnonymous();
        app.MapGet("/healthz", HealthAsync).AllowAnonymous();
        app.MapMessageContent();
        app.MapRazorComponents<App>();
    }

    private static async Task<IResult> HealthAsync(IDbContextFactory<AmavisDbContext> contexts, CancellationToken cancellationToken)
    {
        try
        {
            await using var context = await contexts.CreateDbContextAsync(cancellationToken);
            await context.Accounts.AnyAsync(cancellationToken);
            return Results.Text("ok\n");
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            // What exactly is wrong stands in the log; this page is open to everybody.
            return Results.Text("database unreachable\n", statusCode: StatusCodes.Status503ServiceUnavailable);
        }
    }
}
