using System.Buffers;
using System.Buffers.Binary;
using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;

namespace Amavis.Engine.Releasing;

/// <summary>
/// Writes a zip archive of one file under the traditional encryption (APPNOTE 6.1), which every reader knows. It is no protection
/// from anybody who wants in, only from opening by accident.
/// </summary>
internal static class PasswordArchive
{
    private const int LocalHeader = 0x04034b50;
    private const int Descriptor = 0x08074b50;
    private const int DirectoryEntry = 0x02014b50;
    private const int DirectoryEnd = 0x06054b50;

    /// <summary>Encrypted, with the sizes after the data, names in UTF-8.</summary>
    private const ushort Flags = 0x0001 | 0x0008 | 0x0800;
    private const ushort Deflated = 8;
    private const ushort Version = 20;
    private const int CipherHeader = 12;

    /// <param name="output">Takes the archive; need not seek.</param>
    public static async Task WriteAsync(Stream output, string name, Stream content, string password, DateTimeOffset time, CancellationToken cancellationToken)
    {
        var octets = Encoding.UTF8.GetBytes(name);
        var (date, clock) = DosTime(time);
        var local = new Record(LocalHeader, Version, Flags, Deflated, clock, date).Add(0u, 0u, 0u).Add((ushort)octets.Length, (ushort)0).Add(octets);
        await output.WriteAsync(local.Octets, cancellationToken);

        var cipher = new Cipher(password);
        var counted = new EncryptingStream(output, cipher);
        var salt = RandomNumberGenerator.GetBytes(CipherHeader);
        // Readers test the password with the last octet; without sizes in front it is one of the time.
        salt[^1] = (byte)(clock >> 8);
        await counted.WriteAsync(salt, cancellationToken);
        uint crc = 0, size = 0;
        await using (var deflate = new DeflateStream(counted, CompressionLevel.Fastest, leaveOpen: true))
        {
            var buffer = new byte[64 << 10];
            int read;
            while ((read = await content.ReadAsync(buffer, cancellationToken)) > 0)
            {
                crc = Crc.Update(crc, buffer.AsSpan(0, read));
                size += (uint)read;
                await deflate.WriteAsync(buffer.AsMemory(0, read), cancellationToken);
            }
        }
        var packed = (uint)counted.Written;
        var end = new Record().Add((uint)Descriptor, crc, packed, size);
        await output.WriteAsync(end.Octets, cancellationToken);

        var start = (uint)(local.Octets.Length + packed + end.Octets.Length);
        var entry = new Record(DirectoryEntry, Version, Version, Flags, Deflated, clock, date).Add(crc, packed, size)
            .Add((ushort)octets.Length, 0, 0, 0, 0).Add(0u, 0u).Add(octets);
        await output.WriteAsync(entry.Octets, cancellationToken);
        var directory = new Record(DirectoryEnd, 0, 0, 1, 1).Add((uint)entry.Octets.Length, start).Add((ushort)0);
        await output.WriteAsync(directory.Octets, cancellationToken);
    }

    private static (ushort Date, ushort Time) DosTime(DateTimeOffset time) => (
        (ushort)((Math.Clamp(time.Year - 1980, 0, 127) << 9) | (time.Month << 5) | time.Day),
        (ushort)((time.Hour << 11) | (time.Minute << 5) | (time.Second / 2)));

    /// <summary>Little-endian fields, one after the other.</summary>
    private sealed class Record
    {
        private readonly ArrayBufferWriter<byte> _octets = new();

        public Record()
        {
        }

        public Record(int signature, params ReadOnlySpan<ushort> fields)
        {
            Add((uint)signature);
            Add(fields);
        }

        public ReadOnlyMemory<byte> Octets => _octets.WrittenMemory;

        public Record Add(params ReadOnlySpan<ushort> fields)
        {
            Span<byte> octets = stackalloc byte[2];
            foreach (var field in fields)
            {
                BinaryPrimitives.WriteUInt16LittleEndian(octets, field);
                _octets.Write(octets);
            }
            return this;
        }

        public Record Add(params ReadOnlySpan<uint> fields)
        {
            Span<byte> octets = stackalloc byte[4];
            foreach (var field in fields)
            {
                BinaryPrimitives.WriteUInt32LittleEndian(octets, field);
                _octets.Write(octets);
            }
            return this;
        }

        public Record Add(byte[] octets)
        {
            _octets.Write(octets);
            return this;
        }
    }

    /// <summary>The CRC of zip, octet by octet.</summary>
    private static class Crc
    {
        private static readonly uint[] Table = [.. Enumerable.Range(0, 256).Select(Entry)];

        public static uint Step(uint crc, byte octet) => Table[(byte)(crc ^ octet)] ^ (crc >> 8);

        /// <summary>Goes on from a value, which is 0 at the start.</summary>
        public static uint Update(uint crc, ReadOnlySpan<byte> octets)
        {
            crc = ~crc;
            foreach (var octet in octets)
                crc = Step(crc, octet);
            return ~crc;
        }

        private static uint Entry(int octet)
        {
            var value = (uint)octet;
            for (var bit = 0; bit < 8; bit++)
                value = (value >> 1) ^ ((value & 1) * 0xedb88320);
            return value;
        }
    }

    /// <summary>APPNOTE 6.1.5 to 6.1.7.</summary>
    private sealed class Cipher
    {
        private uint _key0 = 0x12345678;
        private uint _key1 = 0x23456789;
        private uint _key2 = 0x34567890;

        public Cipher(string password)
        {
            foreach (var octet in Encoding.UTF8.GetBytes(password))
                Feed(octet);
        }

        public byte Encrypt(byte plain)
        {
            var mix = (ushort)(_key2 | 2);
            var octet = (byte)(plain ^ (byte)((mix * (mix ^ 1)) >> 8));
            Feed(plain);
            return octet;
        }

        private void Feed(byte octet)
        {
            _key0 = Crc.Step(_key0, octet);
            _key1 = ((_key1 + (byte)_key0) * 134775813) + 1;
            _key2 = Crc.Step(_key2, (byte)(_key1 >> 24));
        }
    }

    private sealed class EncryptingStream(Stream output, Cipher cipher) : Stream
    {
        public long Written { get; private set; }

        public override bool CanRead => false;

        public override bool CanSeek => false;

        public override bool CanWrite => true;

        public override long Length => throw new NotSupportedException();

        public override long Position
        {
            get => throw new NotSupportedException();
            set => throw new NotSupportedException();
        }

        public override void Write(byte[] buffer, int offset, int count)
        {
            var octets = new byte[count];
            for (var i = 0; i < count; i++)
                octets[i] = cipher.Encrypt(buffer[offset + i]);
            output.Write(octets);
            Written += count;
        }

        public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken)
        {
            Write(buffer, offset, count);
            return Task.CompletedTask;
        }

        public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            Write(buffer.ToArray(), 0, buffer.Length);
            return ValueTask.CompletedTask;
        }

        public override void Flush()
        {
        }

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();
    }
}
