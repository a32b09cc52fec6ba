using System.Text;
using Amavis.Snmp.Mib;

namespace Amavis.Snmp.Tests;

/// <summary>The MIB module that config/AMAVIS-MIB.txt has to be, made from the objects there are (RFC 2578).</summary>
internal static class MibModuleText
{
    /// <summary>Names of the nodes between the roots and the objects; they stand in no other place.</summary>
    private static readonly (string Below, string Name)[] Nodes =
    [
        ("1", "amavisStats"), ("2", "amavisProc"), ("3", "amavisMta"),
        ("1.1", "statsSystem"), ("1.2", "statsInMsgs"), ("1.3", "statsInMsgsSize"), ("1.4", "statsInMsgsRecips"), ("1.5", "statsInMsgsBounce"),
        ("1.6", "statsOutMsgs"), ("1.7", "statsOutMsgsSize"), ("1.8", "statsQuar"), ("1.9", "statsQuarSize"), ("1.10", "statsContent"),
        ("1.11", "statsConnections"), ("1.12", "statsOps"), ("1.13", "statsPenPals"), ("1.14", "statsSqlAddr"), ("1.15", "statsLog"),
        ("1.16", "statsTime"), ("1.17", "statsUserCounters"), ("1.18", "statsUserGauges"), ("1.19", "statsAccepted"),
        ("1.20", "statsRelayedUntagged"), ("1.21", "statsRelayedTagged"), ("1.22", "statsDiscarded"), ("1.23", "statsNoBounce"),
        ("1.24", "statsBounced"), ("1.25", "statsRejected"), ("1.26", "statsTempFailed"),
        ("1.10.1", "statsContentClean"), ("1.10.2", "statsContentMtaFailed"), ("1.10.3", "statsContentOversized"),
        ("1.10.4", "statsContentBadHdr"), ("1.10.5", "statsContentSpammy"), ("1.10.6", "statsContentSpam"),
        ("1.10.7", "statsContentUnchecked"), ("1.10.8", "statsContentBanned"), ("1.10.9", "statsContentVirus"),
        ("2.1", "procCounts"), ("2.2", "procAges"), ("3.1", "mtaQueues"),
    ];

    public static string Of(MibView view)
    {
        var nodes = Nodes.ToDictionary(n => AmavisMib.Root.Append(Oid.Parse(n.Below).Numbers), n => n.Name);
        nodes[AmavisMib.Root] = "amavisMIB";
        var text = new StringBuilder("""
            AMAVIS-MIB DEFINITIONS ::= BEGIN

            -- What the SNMP subagent of amavisd serves; see docs/monitoring.md.
            -- Identifiers, types and object names are those that monitoring of amavisd-new knows.

            IMPORTS
                MODULE-IDENTITY, OBJECT-TYPE, Counter32, Counter64, Gauge32, Integer32, TimeTicks, enterprises
                    FROM SNMPv2-SMI
                DisplayString, TimeInterval
                    FROM SNMPv2-TC;

            amavisMIB MODULE-IDENTITY
                LAST-UPDATED "202611220000Z"
                ORGANIZATION "The Amavis Web developers"
                CONTACT-INFO "The documentation of Amavis Web"
                DESCRIPTION "Counters and states of a mail content filter. All objects are scalars and can only be read."
                ::= { amavis 1 }

            ijs OBJECT IDENTIFIER ::= { enterprises 15312 }
            amavis OBJECT IDENTIFIER ::= { ijs 2 }


            """.ReplaceLineEndings("\n"));
        foreach (var (id, name) in nodes.Where(n => n.Key != AmavisMib.Root).OrderBy(n => n.Key))
            text.Append($"{name} OBJECT IDENTIFIER ::= {Place(id, nodes)}\n");
        foreach (var o in view.Objects)
            text.Append($"""

                {o.Name} OBJECT-TYPE
                    SYNTAX {o.Syntax}
                    MAX-ACCESS read-only
                    STATUS current
                    DESCRIPTION "{o.Help}."
                    ::= {Place(o.Id, nodes)}

                """.ReplaceLineEndings("\n"));
        return text.Append("\nEND\n").ToString();
    }

    private static string Place(Oid id, Dictionary<Oid, string> nodes) => $"{{ {nodes[Oid.Of(id.Numbers[..^1])]} {id.Numbers[^1]} }}";
}
