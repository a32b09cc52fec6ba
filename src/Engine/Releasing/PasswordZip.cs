using System.Buffers.Binary;
using System.Buffers.Text;
using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;
using Amavis.Core.Messages;

namespace Amavis.Engine.Releasing;

/// <summary>
/// A zip archive with one file under a password, in base64 for a mail. The encryption is the traditional one (APPNOTE 6.1), which every program opens
/// and which keeps nobody out who tries: it only keeps the file from being opened by accident.
/// </summary>
internal static class PasswordZip
{
    private const int LocalHeaderOctets = 30;
    private const int CentralHeaderOctets = 46;
    private const int EndOctets = 22;
    private const int EncryptionHeaderOctets = 12;
    private const ushort Version = 20;
    private const ushort IsEncryptedAndUtf8 = 0x0801;
    private const ushort Deflated = 8;
    private const int LineOctets = 57;

    /// <summary>Writes lines of base64 with CRLF.</summary>
    public static async Task<Spool> MakeAsync(IEnumerable<ReadOnlyMemory<byte>> content, string name, string password, DateTimeOffset time, ISpoolFactory spools, CancellationToken cancellationToken)
    {
        using var packedWriter = spools.Create();
        var crc = uint.MaxValue;
        long size = 0;
        await using (var deflate = new DeflateStream(new SpoolWriterStream(packedWriter), CompressionLevel.Fastest))
        {
            foreach (var chunk in content)
            {
                crc = TraditionalCipher.Sum(crc, chunk.Span);
                size += chunk.Length;
                await deflate.WriteAsync(chunk, cancellationToken);
            }
        }
        using var packed = packedWriter.Complete(SpoolFacts.None);
        var entry = new Entry(Encoding.UTF8.GetBytes(name), ~crc, checked((uint)size), checked((uint)packed.Length), Dos(time));
        using var output = spools.Create();
        var base64 = new Base64Lines(output);
        base64.Write(entry.Local());
        var cipher = new TraditionalCipher(password);
        var head = RandomNumberGenerator.GetBytes(EncryptionHeaderOctets);
        head[^1] = (byte)(entry.Crc >> 24); // Tells a wrong password.
        cipher.Encrypt(head);
        base64.Write(head);
        foreach (var chunk in packed.Chunks())
        {
            var octets = chunk.ToArray();
            cipher.Encrypt(octets);
            base64.Write(octets);
        }
        base64.Write(entry.Central());
        base64.Write(entry.End());
        base64.Finish();
        return output.Complete(SpoolFacts.None);
    }

    private static uint Dos(DateTimeOffset time)
    {
        var t = time.DateTime;
        return (uint)(((Math.Max(0, t.Year - 1980) << 9) | (t.Month << 5) | t.Day) << 16) | (uint)((t.Hour << 11) | (t.Minute << 5) | (t.Second / 2));
    }

    private sealed record Entry(byte[] Name, uint Crc, uint Size, uint Packed, uint Time)
    {
        private uint Stored => Packed + EncryptionHeaderOctets;

        public byte[] Local()
        {
            var header = new byte[LocalHeaderOctets + Name.Length];
            BinaryPrimitives.WriteUInt32LittleEndian(header, 0x04034b50);
            Common(header.AsSpan(4));
            Name.CopyTo(header, LocalHeaderOctets);
            return header;
        }

        public byte[] Central()
        {
            var header = new byte[CentralHeaderOctets + Name.Length];
            BinaryPrimitives.WriteUInt32LittleEndian(header, 0x02014b50);
            BinaryPrimitives.WriteUInt16LittleEndian(header.AsSpan(4), Version);
            Common(header.AsSpan(6));
            Name.CopyTo(header, CentralHeaderOctets);
            return header;
        }

        public byte[] End()
        {
            var end = new byte[EndOctets];
            BinaryPrimitives.WriteUInt32LittleEndian(end, 0x06054b50);
            BinaryPrimitives.WriteUInt16LittleEndian(end.AsSpan(8), 1);
            BinaryPrimitives.WriteUInt16LittleEndian(end.AsSpan(10), 1);
            BinaryPrimitives.WriteUInt32LittleEndian(end.AsSpan(12), (uint)(CentralHeaderOctets + Name.Length));
            BinaryPrimitives.WriteUInt32LittleEndian(end.AsSpan(16), (uint)(LocalHeaderOctets + Name.Length) + Stored);
            return end;
        }

        private void Common(Span<byte> at)
        {
            BinaryPrimitives.WriteUInt16LittleEndian(at, Version);
            BinaryPrimitives.WriteUInt16LittleEndian(at[2..], IsEncryptedAndUtf8);
            BinaryPrimitives.WriteUInt16LittleEndian(at[4..], Deflated);
            BinaryPrimitives.WriteUInt32LittleEndian(at[6..], Time);
            BinaryPrimitives.WriteUInt32LittleEndian(at[10..], Crc);
            BinaryPrimitives.WriteUInt32LittleEndian(at[14..], Stored);
            BinaryPrimitives.WriteUInt32LittleEndian(at[18..], Size);
            BinaryPrimitives.WriteUInt16LittleEndian(at[22..], (ushort)Name.Length);
        }
    }

    /// <summary>Three keys that every octet changes.</summary>
    private sealed class TraditionalCipher
    {
        private static readonly uint[] Table = [.. Enumerable.Range(0, 256).Select(n => Enumerable.Range(0, 8).Aggregate((uint)n, (c, _) => (c & 1) != 0 ? 0xedb88320 ^ (c >> 1) : c >> 1))];

        private uint _key0 = 0x12345678;
        private uint _key1 = 0x23456789;
        private uint _key2 = 0x34567890;

        /// <summary>CRC-32, which the cipher is made of, begun with all ones and to be inverted at the end.</summary>
        public static uint Sum(uint crc, ReadOnlySpan<byte> octets)
        {
            foreach (var octet in octets)
                crc = Table[(byte)(crc ^ octet)] ^ (crc >> 8);
            return crc;
        }

        public TraditionalCipher(string password)
        {
            foreach (var octet in Encoding.UTF8.GetBytes(password))
                Update(octet);
        }

        public void Encrypt(Span<byte> octets)
        {
            for (var i = 0; i < octets.Length; i++)
            {
                var plain = octets[i];
                var mask = (ushort)(_key2 | 2);
                octets[i] ^= (byte)((mask * (mask ^ 1)) >> 8);
                Update(plain);
            }
        }

        private void Update(byte octet)
        {
            _key0 = Table[(byte)(_key0 ^ octet)] ^ (_key0 >> 8);
            _key1 = ((_key1 + (byte)_key0) * 134775813) + 1;
            _key2 = Table[(byte)(_key2 ^ (byte)(_key1 >> 24))] ^ (_key2 >> 8);
        }
    }

    /// <summary>Lines of 76 characters.</summary>
    private sealed class Base64Lines(SpoolWriter output)
    {
        private readonly byte[] _held = new byte[LineOctets];
        private readonly byte[] _line = new byte[78];
        private int _count;

        public void Write(ReadOnlySpan<byte> octets)
        {
            while (!octets.IsEmpty)
            {
                var take = Math.Min(LineOctets - _count, octets.Length);
                octets[..take].CopyTo(_held.AsSpan(_count));
                octets = octets[take..];
                _count += take;
                if (_count == LineOctets)
                    Finish();
            }
        }

        public void Finish()
        {
            if (_count == 0)
                return;
            Base64.EncodeToUtf8(_held.AsSpan(0, _count), _line, out _, out var length);
            (_line[length], _line[length + 1]) = ((byte)'\r', (byte)'\n');
            output.Write(_line.AsSpan(0, length + 2));
            _count = 0;
        }
    }

    private sealed class SpoolWriterStream(SpoolWriter writer) : Stream
    {
        public override bool CanRead => false;
        public override bool CanSeek => false;
        public override bool CanWrite => true;
        public override long Length => writer.Length;
        public override long Position { get => writer.Length; set => throw new NotSupportedException(); }

        public override void Flush()
        {
        }

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();
        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();
        public override void SetLength(long value) => throw new NotSupportedException();
        public override void Write(byte[] buffer, int offset, int count) => writer.Write(buffer.AsSpan(offset, count));
        public override void Write(ReadOnlySpan<byte> buffer) => writer.Write(buffer);
    }
}
