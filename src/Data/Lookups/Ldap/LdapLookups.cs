using System.Collections.Concurrent;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography;
using Amavis.Core.Lookups;
using Amavis.Core.Lookups.Databases;
using Amavis.Core.Policy;
using Amavis.Core.Storage;
using Microsoft.Extensions.Logging;

namespace Amavis.Data.Lookups.Ldap;

/// <summary>
/// Lookups in the directory of <c>default_ldap</c>: connections are kept and each serves one search at a time. A server that is busy
/// or has gone is asked once more over a new connection; then the mail has to wait.
/// </summary>
internal sealed class LdapLookups(LdapSettings settings, TimeProvider time, ILogger logger) : IAsyncDisposable
{
    private readonly ConcurrentBag<LdapConnection> _idle = [];
    private int _away;

    public async ValueTask<IReadOnlyList<AddressRecord>> FindAsync(AddressKeys address, bool isLocal, Settings all, CancellationToken cancellationToken)
    {
        if (!LdapFilter.TryParse(settings.QueryFilter, out var filter, out var fault))
            throw new StorageUnavailableException("default_ldap, query_filter: " + fault);
        var keys = all.LdapLookupsNoAtMeansDomain ? address.DomainKeys(isLocal) : address.SqlKeys(isLocal);
        var query = new LdapQuery(settings, filter!, [.. address.IsNullAddress ? keys.Prepend("<>") : keys], address.Domain);
        return query.Records(await AskAsync(query, cancellationToken));
    }

    /// <summary>Connects and binds; for tests of a set-up.</summary>
    /// <exception cref="StorageUnavailableException"/>
    public async Task ProbeAsync(CancellationToken cancellationToken)
    {
        try
        {
            _idle.Add(await ConnectAsync(cancellationToken));
        }
        catch (Exception fault) when (IsExpected(fault))
        {
            throw Away(fault);
        }
    }

    private async Task<IReadOnlyList<LdapEntry>> AskAsync(LdapQuery query, CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            // What lies idle may have died meanwhile, so the second attempt does without it.
            LdapConnection? connection = null;
            var given = false;
            try
            {
                connection = attempt == 1 && _idle.TryTake(out var idle) ? idle : await ConnectAsync(cancellationToken);
                var entries = await SearchAsync(connection, query, cancellationToken);
                given = true;
                _idle.Add(connection);
                Interlocked.Exchange(ref _away, 0);
                return entries;
            }
            catch (Exception fault) when (IsExpected(fault))
            {
                if (attempt == 2 || fault is LdapFaultException { IsPassing: false })
                    throw Away(fault);
            }
            finally
            {
                if (!given && connection is not null)
                    await connection.DisposeAsync();
            }
        }
    }

    private async Task<LdapConnection> ConnectAsync(CancellationToken cancellationToken)
    {
        Exception? first = null;
        foreach (var host in settings.Hostname)
        {
            try
            {
                return await WithinAsync(token => LdapConnection.ConnectAsync(LdapTarget.Parse(host, settings), settings, token), cancellationToken);
            }
            catch (Exception fault) when (IsExpected(fault))
            {
                first ??= fault;
            }
        }
        throw first!;
    }

    private async Task<IReadOnlyList<LdapEntry>> SearchAsync(LdapConnection connection, LdapQuery query, CancellationToken cancellationToken)
    {
        try
        {
            return await WithinAsync(token => connection.SearchAsync(query, token), cancellationToken);
        }
        catch (LdapFaultException none) when (none.Code == LdapFaultException.NoSuchObject)
        {
            return [];
        }
    }

    private async Task<T> WithinAsync<T>(Func<CancellationToken, Task<T>> work, CancellationToken cancellationToken)
    {
        using var limit = new CancellationTokenSource(settings.Timeout, time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            return await work(both.Token);
        }
        catch (OperationCanceledException) when (limit.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw new TimeoutException($"no answer within {settings.Timeout.TotalSeconds} s");
        }
    }

    private StorageUnavailableException Away(Exception fault)
    {
        var server = string.Join(", ", settings.Hostname);
        var reason = (fault.InnerException is { } inner ? $"{fault.Message} ({inner.Message})" : fault.Message).ReplaceLineEndings(" ");
        if (Interlocked.Exchange(ref _away, 1) == 0)
            DataLog.DirectoryAway(logger, server, reason);
        return new StorageUnavailableException($"default_ldap, {server}: {reason}", fault);
    }

    /// <summary>Of servers, the network and files, as opposed to bugs and cancellation.</summary>
    private static bool IsExpected(Exception fault) =>
        fault is LdapFaultException or SocketException or IOException or TimeoutException or InvalidDataException or AuthenticationException
            or UnauthorizedAccessException or CryptographicException;

    public async ValueTask DisposeAsync()
    {
        while (_idle.TryTake(out var connection))
            await connection.DisposeAsync();
    }
}
