using System.Text;
using Amavis.Core.Messages;
using Amavis.Engine.Quarantine;
using Amavis.Protocols.Smtp.Client;

namespace Amavis.Engine.Delivery.Methods;

/// <summary>
/// Batch SMTP (<c>bsmtp:</c>): the commands of a session and the message in a file, for a program that feeds them to an MTA. The file
/// is complete and on the disk before its name appears.
/// </summary>
internal static class BsmtpFile
{
    private const UnixFileMode FileMode0640 = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead;

    /// <returns>The path of the file, as the method names it.</returns>
    /// <exception cref="IOException">Nothing was stored.</exception>
    public static async Task<string> WriteAsync(Shipment shipment, CancellationToken cancellationToken)
    {
        var name = NameOf(shipment);
        var path = Path.Combine(shipment.Settings.QuarantineDir ?? "/", name);
        var temporary = path + ".tmp";
        try
        {
            await using (var file = new FileStream(temporary, new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, UnixCreateMode = FileMode0640 }))
            {
                await file.WriteAsync(Encoding.UTF8.GetBytes(Commands(shipment.Delivery)), cancellationToken);
                await StoredText.WriteAsync(file, shipment.Delivery.Message, LineQuoting.Dots, cancellationToken);
                await file.WriteAsync(".\n"u8.ToArray(), cancellationToken);
                file.Flush(flushToDisk: true);
            }
            File.Move(temporary, path, overwrite: false);
            DirectorySync.Sync(Path.GetDirectoryName(path)!);
        }
        catch (Exception e) when (e is not IOException { HResult: 17 })
        {
            // Not one that another message is being written to (EEXIST).
            File.Delete(temporary);
            throw;
        }
        return name;
    }

    /// <summary>As the method names it; below QUARANTINEDIR unless it begins with a slash.</summary>
    /// <exception cref="IOException">There is no such directory in the settings.</exception>
    public static string NameOf(Shipment shipment)
    {
        var name = FileNameTemplate.Expand(shipment.Delivery.Method.Targets[0].Path, shipment.Names with { HasSender = true });
        if (!Path.IsPathRooted(name) && string.IsNullOrEmpty(shipment.Settings.QuarantineDir))
            throw new IOException($"bsmtp:{name} needs QUARANTINEDIR, which is not set");
        return name;
    }

    private static string Commands(SmtpDelivery delivery)
    {
        var text = new StringBuilder();
        text.Append("EHLO ").Append(delivery.HeloName).Append('\n');
        text.Append("MAIL FROM:").Append(delivery.Sender.Bracketed);
        if (delivery.Body != BodyType.Unspecified)
            text.Append(" BODY=").Append(delivery.Body == BodyType.SevenBit ? "7BIT" : "8BITMIME");
        if (delivery.DsnReturn is { } ret)
            text.Append(" RET=").Append(ret);
        if (delivery.DsnEnvelopeId is { } id)
            text.Append(" ENVID=").Append(id);
        if (delivery.SmtpUtf8)
            text.Append(" SMTPUTF8");
        text.Append('\n');
        foreach (var recipient in delivery.Recipients)
        {
            text.Append("RCPT TO:").Append(recipient.Address.Bracketed);
            if (recipient.Notify != DsnNotify.Unspecified)
                text.Append(" NOTIFY=").Append(recipient.Notify.ToString().Replace(" ", "", StringComparison.Ordinal).ToUpperInvariant());
            if (recipient.OriginalRecipient is { } original)
                text.Append(" ORCPT=").Append(original);
            text.Append('\n');
        }
        return text.Append("DATA\n").ToString();
    }
}
