using System.Text;
using Amavis.Core.Addresses;
using Amavis.Core.Messages;
using Amavis.Core.Policy;
using Amavis.Engine.Quarantine;

namespace Amavis.Engine.Delivery.Methods;

/// <summary>A message for <c>local:</c>.</summary>
/// <param name="Template">File name of the method; empty: the mail id.</param>
/// <param name="Message">Without Return-Path and Delivered-To, which come on top.</param>
internal sealed record LocalMail(string Template, MailAddress Sender, OutgoingMessage Message, FileNameValues Names);

/// <summary>Files and mbox files (<c>local:</c>). Names are looked up in <c>local_delivery_aliases</c>; each place gets one copy.</summary>
internal sealed class LocalStore(Settings settings, TimeProvider clock)
{
    private sealed record Place(string Path, string? FileName);

    /// <summary>Where each name's copy is, below <c>QUARANTINEDIR</c> if it can be told so; null: such mail is not to be stored.</summary>
    /// <exception cref="IOException">A copy could not be stored.</exception>
    public async Task<IReadOnlyList<string?>> StoreAsync(LocalMail mail, IReadOnlyList<string> names, TimeSpan limit, CancellationToken cancellationToken)
    {
        var places = names.Select(PlaceOf).ToList();
        var locations = new Dictionary<Place, string>();
        foreach (var place in places.OfType<Place>().Distinct())
        {
            var deliveredTo = names.Where((_, i) => places[i] == place);
            locations[place] = await StoreOneAsync(mail, place, deliveredTo, limit, cancellationToken);
        }
        return [.. places.Select(p => p is null ? null : locations[p])];
    }

    /// <summary>The same without storing anything.</summary>
    /// <exception cref="IOException">A copy could not be stored.</exception>
    public IReadOnlyList<string?> Foresee(LocalMail mail, IReadOnlyList<string> names) => [.. names.Select(PlaceOf).Select(p => p is null ? null : Foresee(mail, p))];

    private string Foresee(LocalMail mail, Place place)
    {
        if (!IsDirectory(place))
            return Relative(place.Path);
        return Relative(Path.Combine(place.Path, FileQuarantine.LocationOf(NameOf(mail, place), mail.Names.MailId, LevelsOf(place))));
    }

    private Place? PlaceOf(string name)
    {
        var local = name.LastIndexOf('@') is var at and >= 0 ? name[..at] : name;
        var mailbox = settings.LocalDeliveryAliases.GetValueOrDefault(local.ToLowerInvariant(), LocalMailbox.QuarantineDirectory);
        if (mailbox.Path is not { } path)
            return null;
        if (Path.IsPathRooted(path))
            return new Place(path, mailbox.FileName);
        return string.IsNullOrEmpty(settings.QuarantineDir) ? null : new Place(Path.Combine(settings.QuarantineDir, path), mailbox.FileName);
    }

    private async Task<string> StoreOneAsync(LocalMail mail, Place place, IEnumerable<string> deliveredTo, TimeSpan limit, CancellationToken cancellationToken)
    {
        var top = new StringBuilder();
        top.Append(FieldText.Fold(new AddedField("Return-Path", mail.Sender.Bracketed)));
        top.Append(FieldText.Fold(new AddedField("Delivered-To", string.Join(", ", deliveredTo))));
        var copy = new ToppedMessage(Encoding.UTF8.GetBytes(top.ToString()), mail.Message);
        if (!IsDirectory(place))
        {
            await MboxFile.AppendAsync(place.Path, mail.Sender, copy, clock, limit, cancellationToken);
            return Relative(place.Path);
        }
        var location = await new FileQuarantine(place.Path, LevelsOf(place)).StoreAsync(NameOf(mail, place), mail.Names.MailId, copy, cancellationToken);
        return Relative(Path.Combine(place.Path, location));
    }

    /// <summary>Otherwise an mbox file. A quarantine directory that is missing must not become one.</summary>
    private bool IsDirectory(Place place)
    {
        if (Directory.Exists(place.Path))
            return true;
        if (!File.Exists(place.Path) && place.Path == settings.QuarantineDir)
            throw new DirectoryNotFoundException($"quarantine directory {place.Path} does not exist");
        return false;
    }

    private int LevelsOf(Place place) => place.FileName is null ? settings.QuarantineSubdirLevels : 0;

    private static string NameOf(LocalMail mail, Place place) => place.FileName is { } own
        ? FileNameTemplate.Expand(own, mail.Names with { HasSender = true })
        : FileNameTemplate.Expand(mail.Template.Length == 0 ? "%m" : mail.Template, mail.Names);

    private string Relative(string path)
    {
        if (string.IsNullOrEmpty(settings.QuarantineDir))
            return path;
        var relative = Path.GetRelativePath(settings.QuarantineDir, path);
        return relative.StartsWith("..", StringComparison.Ordinal) ? path : relative;
    }
}
