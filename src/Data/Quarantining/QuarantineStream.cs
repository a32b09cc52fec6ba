using System.Data.Common;
using Amavis.Core.Policy;
using Amavis.Core.Storage;
using Amavis.Data.Model;

namespace Amavis.Data.Quarantining;

/// <summary>
/// A quarantined message, read chunk by chunk while it is consumed; holds a connection until disposed. A missing chunk is an
/// <see cref="InvalidDataException"/>: half a message must not be released.
/// </summary>
internal sealed class QuarantineStream : Stream
{
    private readonly DbConnection _connection;
    private readonly DbCommand _command;
    private readonly DbDataReader _reader;
    private byte[] _chunk = [];
    private int _at;
    private int _index;

    private QuarantineStream(DbConnection connection, DbCommand command, DbDataReader reader)
    {
        _connection = connection;
        _command = command;
        _reader = reader;
    }

    /// <summary>Null when there is no such message.</summary>
    public static async Task<QuarantineStream?> OpenAsync(
        AmavisDatabase database, SchemaShape shape, string mailId, int? partitionTag, CancellationToken cancellationToken)
    {
        var connection = await database.OpenAsync(cancellationToken);
        DbCommand? command = null;
        try
        {
            var tag = partitionTag ?? await FindTagAsync(connection, shape, mailId, cancellationToken);
            command = Command(connection, $"SELECT chunk_ind, mail_text FROM quarantine WHERE partition_tag = @tag AND {Match(shape, "quarantine")} ORDER BY chunk_ind", mailId, shape, "quarantine.mail_id");
            AddParameter(command, "tag", tag);
            var stream = new QuarantineStream(connection, command, await command.ExecuteReaderAsync(cancellationToken));
            if (await stream.NextAsync(cancellationToken))
                return stream;
            await stream.DisposeAsync();
            return null;
        }
        catch
        {
            if (command is not null)
                await command.DisposeAsync();
            await connection.DisposeAsync();
            throw;
        }
    }

    public override bool CanRead => true;
    public override bool CanSeek => false;
    public override bool CanWrite => false;
    public override long Length => throw new NotSupportedException();
    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (_at == _chunk.Length && !await NextAsync(cancellationToken))
            return 0;
        return Take(buffer.Span);
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(byte[] buffer, int offset, int count)
    {
        if (_at == _chunk.Length && !(_reader.Read() && Load()))
            return 0;
        return Take(buffer.AsSpan(offset, count));
    }

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();
    public override void SetLength(long value) => throw new NotSupportedException();
    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override async ValueTask DisposeAsync()
    {
        await _reader.DisposeAsync();
        await _command.DisposeAsync();
        await _connection.DisposeAsync();
        await base.DisposeAsync();
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _reader.Dispose();
            _command.Dispose();
            _connection.Dispose();
        }
        base.Dispose(disposing);
    }

    /// <summary>The tag of the message's log row; 0 when it has none.</summary>
    /// <exception cref="StorageUnavailableException">Several messages have this mail_id.</exception>
    private static async Task<int> FindTagAsync(DbConnection connection, SchemaShape shape, string mailId, CancellationToken cancellationToken)
    {
        await using var command = Command(connection, $"SELECT partition_tag FROM msgs WHERE {Match(shape, "msgs")} LIMIT 2", mailId, shape, "msgs.mail_id");
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        if (!await reader.ReadAsync(cancellationToken))
            return 0;
        var tag = reader.GetInt32(0);
        return await reader.ReadAsync(cancellationToken)
            ? throw new StorageUnavailableException($"several messages have mail_id {mailId}: name the partition_tag")
            : tag;
    }

    /// <summary>SQLite never equates text and octets, and databases made by hand may have either.</summary>
    private static string Match(SchemaShape shape, string table) =>
        shape.Provider == SqlProvider.Sqlite ? $"{table}.mail_id IN (@id, CAST(@id AS BLOB))" : $"{table}.mail_id = @id";

    private static DbCommand Command(DbConnection connection, string text, string mailId, SchemaShape shape, string column)
    {
        var command = connection.CreateCommand();
        command.CommandText = text;
        AddParameter(command, "id", shape.IsText(column) ? mailId : OctetText.ToOctets(mailId));
        return command;
    }

    private static void AddParameter(DbCommand command, string name, object value)
    {
        var parameter = command.CreateParameter();
        parameter.ParameterName = name;
        parameter.Value = value;
        command.Parameters.Add(parameter);
    }

    private async ValueTask<bool> NextAsync(CancellationToken cancellationToken) => await _reader.ReadAsync(cancellationToken) && Load();

    private bool Load()
    {
        if (_reader.GetInt32(0) != ++_index)
            throw new InvalidDataException($"chunk {_index} of the quarantined message is missing");
        _chunk = _reader.GetValue(1) is byte[] octets ? octets : OctetText.ToOctets(_reader.GetString(1));
        _at = 0;
        return true;
    }

    private int Take(Span<byte> destination)
    {
        var length = Math.Min(destination.Length, _chunk.Length - _at);
        _chunk.AsSpan(_at, length).CopyTo(destination);
        _at += length;
        return length;
    }
}
