namespace Amavis.EndToEnd.Tests.MailPath;

/// <summary>One site for each set-up, started when it is first asked for, stopped when all tests are done.</summary>
public sealed class MailSites : IAsyncLifetime
{
    private readonly Dictionary<SetUp, MailSite> _sites = [];

    internal async Task<MailSite> GetAsync(SetUp setUp, Lab lab)
    {
        if (!_sites.TryGetValue(setUp, out var site))
            _sites[setUp] = site = await MailSite.StartAsync(setUp, lab);
        return site;
    }

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        foreach (var site in _sites.Values)
            await site.DisposeAsync();
    }
}
