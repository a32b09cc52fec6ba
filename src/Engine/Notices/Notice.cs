using Amavis.Core.Addresses;
using Amavis.Core.Messages;

namespace Amavis.Engine.Notices;

/// <summary>A notice ready to be sent.</summary>
/// <param name="NoticeId">Its own id; no message with it is kept.</param>
/// <param name="SmtpUtf8">Its header needs SMTPUTF8 (RFC 6531).</param>
internal sealed record Notice(OutgoingMessage Mail, MailAddress Sender, IReadOnlyList<MailAddress> Recipients, string NoticeId, bool SmtpUtf8);
