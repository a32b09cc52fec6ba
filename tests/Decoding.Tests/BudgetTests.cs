using System.Security.Cryptography;
using Amavis.Core.Parts;
using Amavis.Decoding.Limits;
using Amavis.Testing;
using FsCheck;
using FsCheck.Fluent;

namespace Amavis.Decoding.Tests;

/// <summary>Limits count over the whole message, and a larger one never finds less.</summary>
public class BudgetTests
{
    [Fact]
    public void P8_a_larger_limit_never_finds_less() => Prop.ForAll(Gen.Choose(0, int.MaxValue).ToArbitrary(), seed =>
    {
        var random = new Random(seed);
        var mail = Mails.With([.. Enumerable.Range(0, random.Next(1, 4)).Select(i => ($"a{i}.bin", Packed(random, random.Next(1, 5))))]);
        var small = new UnpackLimits
        {
            MaxLevels = random.Next(1, 6),
            MaxFiles = random.Next(1, 20),
            MinExpansionQuota = random.Next(1000, 40_000),
            MinExpansionFactor = 0,
            MaxExpansionFactor = 0,
            MaxExpansionQuota = 1,
            UsesHelpers = false,
        };
        var large = small with
        {
            MaxLevels = small.MaxLevels + random.Next(0, 3), MaxFiles = small.MaxFiles + random.Next(0, 10), MinExpansionQuota = small.MinExpansionQuota + random.Next(0, 30_000),
        };
        using var less = Mails.Unpack(mail, small);
        using var more = Mails.Unpack(mail, large);

        var others = more.Tree.Parts.ToDictionary(part => part.Number);
        foreach (var part in less.Tree.Parts)
        {
            var other = others.GetValueOrDefault(part.Number).ShouldNotBeNull($"seed {seed}: {Unpacked.Describe(part)}");
            (other.Placement, string.Join('|', other.Names)).ShouldBe((part.Placement, string.Join('|', part.Names)), $"seed {seed}");
            if (part.Content is not null)
                Unpacked.Read(other).AsSpan().StartsWith(Unpacked.Read(part)).ShouldBeTrue($"seed {seed}: {part.BaseName}");
        }
        if (less.Tree.Hold is null)
            (more.Tree.Hold, more.Tree.Parts.Count).ShouldBe((null, less.Tree.Parts.Count), $"seed {seed}");
    }).Check(Config.QuickThrowOnFailure.WithMaxTest(300));

    [Fact]
    public void An_archive_in_itself_a_little_changed_each_time_ends_at_the_levels()
    {
        // Each layer holds the one before, so that no two have the same octets.
        var octets = "MZ"u8.ToArray();
        for (var i = 0; i < 40; i++)
            octets = Archived.Zip(($"{i}.zip", Octets.Text(octets)));
        using var unpacked = Mails.UnpackFile("a.zip", octets);

        unpacked.Tree.Hold.ShouldBe("Maximum decoding depth (14) exceeded");
    }

    [Fact]
    public void A_bomb_of_five_layers_is_held_before_it_costs_anything()
    {
        // As 42.zip: sixteen archives in each of four layers, a long file of zeros at the bottom.
        var layer = Archived.Zip(("0.dll", new string('\0', 4 << 20)));
        for (var depth = 0; depth < 4; depth++)
            layer = Archived.Zip([.. Enumerable.Range(0, 16).Select(i => ($"lib{i:x}.zip", Octets.Text(layer)))]);
        var limits = new UnpackLimits();
        using var unpacked = Mails.UnpackFile("42.zip", layer, limits);

        unpacked.Tree.OverLimits.ShouldBeTrue();
        unpacked.Members.Sum(member => member.Size).ShouldBeLessThanOrEqualTo(limits.QuotaFor(layer.Length * 2));
        unpacked.Members.Count.ShouldBeLessThanOrEqualTo(limits.MaxFiles);
    }

    private static byte[] Packed(Random random, int depth)
    {
        if (depth == 0)
        {
            var noise = new byte[random.Next(0, 5000)];
            random.NextBytes(noise.AsSpan(0, random.Next(0, noise.Length + 1)));
            return noise;
        }
        var members = Enumerable.Range(0, random.Next(1, 4)).Select(i => ($"m{i}", Octets.Text(Packed(random, random.Next(0, depth))))).ToArray();
        return random.Next(4) switch
        {
            0 => Archived.Gzip(Packed(random, depth - 1)),
            1 => Archived.Tar([.. members.Select(member => Archived.TarFile(member.Item1, member.Item2))]),
            2 => Archived.Bzip2(Packed(random, depth - 1)),
            _ => Archived.Zip(members),
        };
    }
}
